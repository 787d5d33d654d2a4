using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>Opening, closing, and what handlers may do.</summary>
public sealed class LifeCases : IDisposable
{
    private readonly WindowBench _bench = new();

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    [Case]
    public void CloseRequest_IsAnEvent_AndTheWindowStaysOpen()
    {
        _bench.Driver.AskToClose(_bench.Window.X11Window);
        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.CloseRequested);
        Check.True(_bench.Window.ShouldClose && _bench.Window.IsOpen);
        _bench.Settle();
        Check.Equal(1, _bench.Of(WindowEventKind.CloseRequested).Count());
        _bench.Source.Remove();
        Check.False(_bench.Window.IsOpen);
    }

    [Case]
    public void Close_WithinAHandler_IsTheLastEvent()
    {
        int after = 0;
        _bench.Source.OnScroll((_, _) =>
        {
            after++;
            _bench.Source.Remove();
        });
        for (int i = 0; i < 50; i++)
        {
            _bench.Driver.Scroll();
        }

        _bench.Driver.Sync();
        Pump.Until(_bench.Loop, () => after > 0);
        Pump.Ticks(_bench.Loop, 5);
        Check.Equal(1, after);
        Check.Equal(0L, _bench.Loop.Counters.Errors);
    }

    [Case]
    public void HandlersThatThrow_AreReported_AndNothingIsLost()
    {
        int thrown = 0, reported = 0;
        _bench.Loop.UnhandledException += context =>
        {
            reported++;
            Check.Equal(_bench.Window.Name, context.Name);
            context.Handled = true;
        };
        _bench.Source.OnScroll((_, _) =>
        {
            thrown++;
            throw new InvalidOperationException("a handler's own problem");
        });
        for (int i = 0; i < 200; i++)
        {
            _bench.Driver.Scroll();
        }

        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.Scroll, 200);
        Check.Equal((200, 200), (thrown, reported));
        Check.Equal(SourceState.Attached, _bench.Source.State);
    }

    [Case]
    public void TwoWindows_EachGetsItsOwn_AndOneOutlivesTheOther()
    {
        using var other = new OtherWindow(_bench.Loop, 400, 0);
        for (int i = 0; i < 100; i++)
        {
            _bench.Driver.MoveTo(i % 2 == 0 ? 50 : 450, 50);
            _bench.Driver.Button(1, true);
            _bench.Driver.Button(1, false);
        }

        _bench.Driver.Flush();
        Pump.Until(_bench.Loop, () => _bench.Of(WindowEventKind.MouseButton).Count() + other.Events.Count(e => e.Kind == WindowEventKind.MouseButton) >= 200);
        Check.Equal(100, _bench.Of(WindowEventKind.MouseButton).Count());
        Check.Equal(100, other.Events.Count(e => e.Kind == WindowEventKind.MouseButton));

        _bench.Source.Remove();
        other.Events.Clear();
        _bench.Driver.MoveTo(450, 60);
        _bench.Driver.Scroll();
        _bench.Driver.Flush();
        Pump.Until(_bench.Loop, () => other.Events.Exists(e => e.Kind == WindowEventKind.Scroll));
        Check.Equal(0L, _bench.Loop.Counters.Errors);
    }

    [Case]
    public void Reopened_ItGoesOn()
    {
        SourceHandle source = _bench.Source;
        for (int i = 0; i < 3; i++)
        {
            source.Remove();
            Check.False(_bench.Window.IsOpen);
            source = _bench.Loop.Add(_bench.Window, RetryPolicy.Never);
            int scrolls = 0;
            source.OnScroll((_, _) => scrolls++);
            _bench.Driver.Scroll();
            _bench.Driver.Flush();
            Pump.Until(_bench.Loop, () => scrolls == 1);
        }
    }

    [Case]
    public void DestroyedByAnotherProgram_IsOneEvent_AndTheDisplayStillServes()
    {
        List<DisplayLost> lost = [];
        _bench.Source.OnDisplayLost(lost.Add);
        _bench.Driver.Destroy(_bench.Window.X11Window);
        _bench.Driver.Sync();
        _bench.Window.Title = "of a window that is gone";
        _bench.Window.MoveTo(10, 10);
        Pump.Until(_bench.Loop, () => lost.Count > 0);
        Check.Contains("another program has destroyed the window", lost[0].Reason);
        Pump.Ticks(_bench.Loop, 5);
        Check.Equal(1, lost.Count);
        Check.Equal((SourceState.Failed, false, true), (_bench.Source.State, _bench.Window.IsOpen, _bench.Window.IsDisplayLost));
        _bench.Window.Title = "still";
        _bench.Window.SwapBuffers();
        Check.Equal(0L, _bench.Loop.Counters.Errors);
        using var other = new OtherWindow(_bench.Loop, 0, 0);
        Check.True(other.Window.IsOpen);
        _bench.Source.Remove();
        SourceHandle again = _bench.Loop.Add(_bench.Window, RetryPolicy.Never);
        Check.Equal((true, false), (_bench.Window.IsOpen, _bench.Window.IsDisplayLost));
        again.Remove();
    }

    [Case]
    public void Clipboard_GivesWhatWasPutThere()
    {
        const string Text = "Zahnräder und Federn ⚙ — 時計";
        _bench.Window.Clipboard = Text;
        Check.Equal(Text, _bench.Window.Clipboard);
    }

    [Case]
    public void AnotherThread_IsToldWhoseWindowItIs()
    {
        string? said = null;
        Worker.Run(() => said = Check.Throws<InvalidOperationException>(_bench.Window.Show).Message);
        Check.Contains("Use Post", said);
        Worker.Run(() =>
        {
            using var loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
            said = Check.Throws<InvalidOperationException>(() => loop.Add(Backend.Create())).Message;
        });
        Check.Contains("belong to one thread", said);
    }

    [Case]
    public void Monitors_AreListed()
    {
        if (Backend.IsSilk)
        {
            throw new SkipException("Silk.NET lists its monitors itself");
        }

        IReadOnlyList<GlfwMonitor> monitors = GlfwMonitor.List();
        Check.True(monitors.Count >= 1);
        Check.True(monitors[0].Width >= 640 && monitors[0].Height >= 480, monitors[0].ToString());
    }

    [Case]
    public void FullScreen_CoversTheMonitor_AndComesBack()
    {
        (int Width, int Height) monitor = _bench.Driver.ScreenSize;
        _bench.Window.EnterFullScreen();
        Pump.Until(_bench.Loop, () => _bench.Window.Size == monitor);
        _bench.Window.LeaveFullScreen();
        Pump.Until(_bench.Loop, () => _bench.Window.Size == (320, 240));
    }

    private sealed class OtherWindow : IDisposable
    {
        private readonly SourceHandle _source;

        public OtherWindow(MainLoop loop, int x, int y)
        {
            Window = Backend.Create(new GlfwWindowOptions { Title = "other", Width = 200, Height = 200, Api = GraphicsApi.None });
            _source = loop.Add(Window, RetryPolicy.Never);
            _source.On((in WindowEvent e, in EventInfo _) => Events.Add(e));
            Window.MoveTo(x, y);
            Pump.Until(loop, () => Window.Position == (x, y));
        }

        public WindowSource Window { get; }

        public List<WindowEvent> Events { get; } = [];

        public void Dispose() => _source.Remove();
    }
}
