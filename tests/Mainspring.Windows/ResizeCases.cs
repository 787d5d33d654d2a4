using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>A window that is resized and moved by others: what counts is the last size, once a frame.</summary>
public sealed class ResizeCases : IDisposable
{
    private WindowBench? _bench;

    private WindowBench Bench => _bench ??= new WindowBench();

    /// <inheritdoc/>
    public void Dispose() => _bench?.Dispose();

    [Case]
    public void Storm_OfAThousandASecond_IsOneResizeAFrame_AndFramesGoOn()
    {
        const int Storm = 1000;
        _bench = new WindowBench(new LoopOptions { FrameRate = 60 });
        nuint window = Bench.Window.X11Window;
        int before = 0, renders = 0, most = 0, rendersWithNewSize = 0;
        (int, int) drawn = Bench.Window.FramebufferSize;
        Bench.Loop.OnFrame(FramePhase.Input, _ =>
        {
            int resizes = Bench.Of(WindowEventKind.Resized).Count();
            most = Math.Max(most, resizes - before);
            before = resizes;
        });
        Bench.Loop.OnFrame(FramePhase.Render, _ =>
        {
            renders++;
            rendersWithNewSize += drawn != Bench.Window.FramebufferSize ? 1 : 0;
            drawn = Bench.Window.FramebufferSize;
        });
        int done = 0;
        TimerHandle hand = Bench.Loop.CallEvery(TimeSpan.FromMilliseconds(1), () =>
        {
            Bench.Driver.Resize(window, 200 + (done % 97), 150 + (done % 89));
            Bench.Driver.Flush();
            done++;
        });
        Pump.Until(Bench.Loop, () => done >= Storm);
        hand.Cancel();
        Bench.Driver.Resize(window, 333, 222);
        Bench.Driver.Flush();
        Pump.Until(Bench.Loop, () => Bench.Of(WindowEventKind.Resized).LastOrDefault() is { Width: 333, Height: 222 });
        Check.Equal((333, 222), Bench.Driver.SizeOf(window));
        Check.Equal((333, 222), Bench.Window.Size);
        Check.Equal((333, 222), Bench.Window.FramebufferSize);
        Check.Equal((333, 222), Bench.Of(WindowEventKind.FramebufferResized).Select(e => (e.Width, e.Height)).Last());
        Check.True(most <= 1, $"{most} in a frame");
        Check.True(before is > 5 and < Storm / 2, $"{before} events of {Storm} resizes");
        Check.True(renders >= 20 && rendersWithNewSize >= 10, $"{renders} frames were drawn meanwhile, {rendersWithNewSize} of them at a new size");
    }

    [Case]
    public void Storm_WithoutFrames_IsOneResizeADispatch()
    {
        nuint window = Bench.Window.X11Window;
        for (int i = 0; i < 1000; i++)
        {
            Bench.Driver.Resize(window, 200 + (i % 97), 150 + (i % 89));
        }

        Bench.Driver.Resize(window, 301, 203);
        Bench.Driver.Sync();
        long dispatches = Bench.Source.Counters.Dispatches;
        Pump.Until(Bench.Loop, () => Bench.Window.Size == (301, 203));
        Bench.Settle();
        Check.Equal((301, 203), Bench.Of(WindowEventKind.Resized).Select(e => (e.Width, e.Height)).Last());
        Check.True(Bench.Of(WindowEventKind.Resized).Count() <= Bench.Source.Counters.Dispatches - dispatches);
    }

    [Case]
    public void Redraw_WithoutFrames_RunsAfterAResize_AndItsExceptionIsReported()
    {
        int redraws = 0;
        Exception? reported = null;
        Bench.Loop.UnhandledException += context =>
        {
            reported = context.Exception;
            Check.Equal(Bench.Window.Name, context.Name);
            context.Handled = true;
        };
        Bench.Window.Redraw = () =>
        {
            redraws++;
            throw new InvalidOperationException("a drawing that fails");
        };
        Bench.Driver.Resize(Bench.Window.X11Window, 400, 300);
        Bench.Driver.Flush();
        Pump.Until(Bench.Loop, () => redraws > 0);
        Check.Equal((400, 300), Bench.Window.FramebufferSize);
        Check.True(reported is InvalidOperationException);
        Check.Equal(SourceState.Attached, Bench.Source.State);
    }

    [Case]
    public void Moved_SaysWhere()
    {
        Bench.Driver.Move(Bench.Window.X11Window, 123, 45);
        Bench.Driver.Flush();
        Pump.Until(Bench.Loop, () => Bench.Of(WindowEventKind.Moved).LastOrDefault() is { X: 123, Y: 45 });
        Check.Equal((123, 45), Bench.Window.Position);
    }

    [Case]
    public void Resize_ByTheProgram_ComesBackAsEvents()
    {
        Bench.Window.Resize(500, 400);
        Pump.Until(Bench.Loop, () => Bench.Of(WindowEventKind.FramebufferResized).LastOrDefault() is { Width: 500, Height: 400 });
        Check.Equal((500, 400), Bench.Driver.SizeOf(Bench.Window.X11Window));
    }
}
