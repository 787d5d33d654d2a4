using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>A loop with a window that has the keyboard and the mouse, what it emits, and a person at the display.</summary>
internal sealed class WindowBench : IDisposable
{
    public WindowBench(LoopOptions? options = null, GlfwWindowOptions? window = null)
    {
        Loop = new MainLoop((options ?? new LoopOptions()) with { Log = Log });
        Window = Backend.Create(window ?? new GlfwWindowOptions { Title = "case", Width = 320, Height = 240, Api = GraphicsApi.None });
        Source = Loop.Add(Window, RetryPolicy.Never);
        Source.On((in WindowEvent e, in EventInfo _) => Events.Add(e));
        Window.MoveTo(0, 0);
        Pump.Until(Loop, () => Window.Position == (0, 0));
        Driver = new XDriver();
        Driver.MoveTo(Window.Position.X + 50, Window.Position.Y + 50);
        Driver.Focus(Window.X11Window);
        Driver.Sync(); // done, before the case may close the window
        Pump.Until(Loop, () => Window.IsFocused && Window.MousePosition == (50, 50));
        Events.Clear();
    }

    public SilentLog Log { get; } = new();

    public MainLoop Loop { get; }

    public WindowSource Window { get; }

    public SourceHandle Source { get; }

    public XDriver Driver { get; }

    public List<WindowEvent> Events { get; } = [];

    public IEnumerable<WindowEvent> Of(WindowEventKind kind) => Events.Where(e => e.Kind == kind);

    public List<WindowEventKind> Kinds => [.. Events.Select(e => e.Kind)];

    /// <summary>Ticks until so many events of a kind have come.</summary>
    public void Await(WindowEventKind kind, int count = 1) => Pump.Until(Loop, () => Of(kind).Count() >= count);

    /// <summary>Ticks until what was done at the display so far has been emitted: the answer is a scroll event, which comes after it.</summary>
    public void Settle()
    {
        int before = Of(WindowEventKind.Scroll).Count();
        Driver.Scroll();
        Driver.Flush();
        Await(WindowEventKind.Scroll, before + 1);
        Events.RemoveAt(Events.FindLastIndex(e => e.Kind == WindowEventKind.Scroll));
    }

    /// <inheritdoc cref="XDriver.NextMillisecond"/>
    public void NextMillisecond() => XDriver.NextMillisecond(Driver);

    public void Dispose()
    {
        Driver.Dispose();
        Loop.Dispose();
    }
}
