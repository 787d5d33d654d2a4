using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>A loop with a window that has the keyboard and the mouse, what it emits, and a person at the display.</summary>
internal sealed class WindowBench : IDisposable
{
    public WindowBench(LoopOptions? options = null, GlfwWindowOptions? window = null)
    {
        Loop = new MainLoop((options ?? new LoopOptions()) with { Log = Log });
        Window = new GlfwWindow(window ?? new GlfwWindowOptions { Title = "case", Width = 320, Height = 240, Api = GraphicsApi.None });
        Source = Loop.Add(Window, RetryPolicy.Never);
        Source.On((in WindowEvent e, in EventInfo _) => Events.Add(e));
        Driver = new XDriver();
        Driver.MoveTo(Window.Position.X + 50, Window.Position.Y + 50);
        Driver.Focus(Window.X11Window);
        Driver.Flush();
        Pump.Until(Loop, () => Window.IsFocused && Window.MousePosition == (50, 50));
        Events.Clear();
    }

    public SilentLog Log { get; } = new();

    public MainLoop Loop { get; }

    public GlfwWindow Window { get; }

    public SourceHandle Source { get; }

    public XDriver Driver { get; }

    public List<WindowEvent> Events { get; } = [];

    public IEnumerable<WindowEvent> Of(WindowEventKind kind) => Events.Where(e => e.Kind == kind);

    public void Dispose()
    {
        Driver.Dispose();
        Loop.Dispose();
    }
}
