using System.Diagnostics;
using System.Globalization;
using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>The same with xdotool, which is a program of its own.</summary>
public sealed class XdotoolCases : IDisposable
{
    private readonly WindowBench _bench = new();

    private string Id => ((ulong)_bench.Window.X11Window).ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    [Case]
    public void Type_EachCharacterComesOnceAndInOrder()
    {
        string text = string.Concat(Enumerable.Repeat("the quick brown fox jumps over the lazy dog 0123456789 ", 8));
        Run("type", "--delay", "8", text);
        Check.Equal(text, string.Concat(_bench.Of(WindowEventKind.Text).Select(e => e.Text.ToString())));
        KeyAction[] actions = [.. _bench.Of(WindowEventKind.Key).Select(e => e.Action)];
        Check.Equal(text.Length, actions.Count(action => action == KeyAction.Press));
        Check.Equal(text.Length, actions.Count(action => action == KeyAction.Release));
    }

    [Case]
    public void MouseAndButtons_ComeInOrder()
    {
        Run("mousemove", "70", "80", "click", "1", "mousemove", "90", "100", "click", "3", "click", "4");
        Check.Sequence(
            ["MouseButton Left Press None at 70, 80", "MouseButton Left Release None at 70, 80", "MouseButton Right Press None at 90, 100", "MouseButton Right Release None at 90, 100", "Scroll 0, 1"],
            _bench.Events.Where(e => e.Kind is WindowEventKind.MouseButton or WindowEventKind.Scroll).Select(e => e.ToString()));
    }

    [Case]
    public void Windowsize_TheLastOneCounts()
    {
        string[] commands = [.. Enumerable.Range(0, 200).SelectMany(i => new[] { "windowsize", Id, (200 + i).ToString(CultureInfo.InvariantCulture), "150" })];
        Run(commands);
        Check.Equal((399, 150), _bench.Window.Size);
        Check.Equal((399, 150), _bench.Of(WindowEventKind.Resized).Select(e => (e.Width, e.Height)).Last());
    }

    [Case]
    public void Focus_GoesAndComes()
    {
        using var other = new XServerWindow(_bench.Loop);
        Run("windowfocus", "--sync", other.Id, "windowfocus", "--sync", Id, "windowfocus", "--sync", other.Id, "windowfocus", "--sync", Id);
        Check.Sequence([false, true, false, true], _bench.Of(WindowEventKind.FocusChanged).Select(e => e.IsOn));
    }

    // Runs it to its end while the loop goes on, and until all that it did has been emitted.
    private void Run(params string[] arguments)
    {
        _bench.Events.Clear();
        var start = new ProcessStartInfo("xdotool", arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new SkipException("xdotool is missing");
        Pump.Until(_bench.Loop, () => process.HasExited);
        Check.Equal(0, process.ExitCode, process.StandardError.ReadToEnd());
        _bench.Settle();
    }

    private sealed class XServerWindow : IDisposable
    {
        private readonly WindowSource _window = Backend.Create(new GlfwWindowOptions { Title = "other", Width = 100, Height = 100, Focused = false, Api = GraphicsApi.None });
        private readonly SourceHandle _source;

        public XServerWindow(MainLoop loop)
        {
            _source = loop.Add(_window, RetryPolicy.Never);
            _window.MoveTo(600, 600);
            Pump.Until(loop, () => _window.Position == (600, 600));
        }

        public string Id => ((ulong)_window.X11Window).ToString(CultureInfo.InvariantCulture);

        public void Dispose() => _source.Remove();
    }
}
