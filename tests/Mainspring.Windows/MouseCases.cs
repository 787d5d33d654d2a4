using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>The mouse: each button and notch once, and of its motion what counts.</summary>
public sealed class MouseCases : IDisposable
{
    private WindowBench? _bench;

    private WindowBench Bench => _bench ??= new WindowBench();

    /// <inheritdoc/>
    public void Dispose() => _bench?.Dispose();

    [Case]
    public void Buttons_InAFlood_ComeOnceAndInOrder()
    {
        MouseButton[] buttons = [MouseButton.Left, MouseButton.Middle, MouseButton.Right];
        var wanted = new List<(MouseButton, KeyAction)>();
        for (int i = 0; i < 1000; i++)
        {
            Bench.Driver.Button((i % 3) + 1, true);
            Bench.Driver.Button((i % 3) + 1, false);
            wanted.Add((buttons[i % 3], KeyAction.Press));
            wanted.Add((buttons[i % 3], KeyAction.Release));
        }

        Bench.Driver.Flush();
        Bench.Await(WindowEventKind.MouseButton, wanted.Count);
        Check.Sequence(wanted, Bench.Of(WindowEventKind.MouseButton).Select(e => (e.Button, e.Action)));
    }

    [Case]
    public void Motion_InAFlood_IsOneEventADispatch_WithTheLastPlace()
    {
        for (int i = 1; i <= 1000; i++)
        {
            Bench.Driver.MoveTo(50 + (i % 100), 60 + (i % 70));
        }

        Bench.Driver.Sync();
        long dispatches = Bench.Source.Counters.Dispatches;
        Bench.Settle();
        Check.Equal((50.0, 80.0), Bench.Window.MousePosition, "1000 % 100 and 1000 % 70");
        Check.True(Bench.Of(WindowEventKind.MouseMoved).Count() <= Bench.Source.Counters.Dispatches - dispatches, "one a dispatch");
        Check.Equal((50.0, 80.0), Bench.Of(WindowEventKind.MouseMoved).Select(e => (e.X, e.Y)).Last());
    }

    [Case]
    public void Motion_InALoopWithFrames_IsOneEventAFrame()
    {
        _bench = new WindowBench(new LoopOptions { FrameRate = 60 });
        int frames = 0, before = 0;
        long target = -1;
        Bench.Loop.OnFrame(FramePhase.Input, _ =>
        {
            int moves = Bench.Of(WindowEventKind.MouseMoved).Count();
            Check.True(moves - before <= 1, $"{moves - before} in a frame");
            before = moves;
            frames++;
        });
        int step = 0;
        TimerHandle hand = Bench.Loop.CallEvery(TimeSpan.FromMilliseconds(1), () =>
        {
            step++;
            Bench.Driver.MoveTo(50 + (step % 100), 60);
            Bench.Driver.Flush();
        });
        Pump.Until(Bench.Loop, () => frames >= 30);
        hand.Cancel();
        target = 50 + (step % 100);
        Pump.Until(Bench.Loop, () => (long)Bench.Window.MousePosition.X == target);
        Check.Equal(0L, Bench.Loop.Counters.Errors);
        Check.True(before is >= 10 and <= 40, $"{before} events in {frames} frames");
    }

    [Case]
    public void Motion_BeforeAButton_ComesBeforeIt()
    {
        _bench = new WindowBench(new LoopOptions { FrameRate = 60 });
        Bench.Driver.MoveTo(70, 70);
        Bench.Driver.MoveTo(80, 80);
        Bench.Driver.Button(1, true);
        Bench.Driver.MoveTo(90, 90);
        Bench.Driver.MoveTo(100, 100);
        Bench.Driver.Button(1, false);
        Bench.Driver.MoveTo(110, 110);
        Bench.Driver.Flush();
        Pump.Until(Bench.Loop, () => Bench.Window.MousePosition == (110, 110));
        Check.Sequence(
            ["MouseMoved 80, 80", "MouseButton Left Press None at 80, 80", "MouseMoved 100, 100", "MouseButton Left Release None at 100, 100", "MouseMoved 110, 110"],
            Collapsed());
    }

    [Case]
    public void Scroll_EachNotchComes()
    {
        foreach (int button in new[] { 4, 4, 5, 6, 7 })
        {
            Bench.Driver.Button(button, true);
            Bench.Driver.Button(button, false);
        }

        Bench.Driver.Flush();
        Bench.Await(WindowEventKind.Scroll, 5);
        Check.Sequence([(0.0, 1.0), (0, 1), (0, -1), (1, 0), (-1, 0)], Bench.Of(WindowEventKind.Scroll).Select(e => (e.X, e.Y)));
    }

    [Case]
    public void EnterAndLeave_AreTold()
    {
        Bench.Driver.MoveTo(900, 900);
        Bench.Driver.MoveTo(60, 60);
        Bench.Driver.Flush();
        Bench.Await(WindowEventKind.MouseEntered, 2);
        Check.Sequence([false, true], Bench.Of(WindowEventKind.MouseEntered).Select(e => e.IsOn));
        Check.True(Bench.Window.IsMouseInside);
    }

    [Case]
    public void Disabled_TheCursorIsHeld_AndGivesMotionWithoutBounds()
    {
        Bench.Window.CursorMode = CursorMode.Disabled;
        double before = 0;
        Pump.Until(Bench.Loop, () =>
        {
            before = Bench.Window.MousePosition.X;
            return true;
        });
        for (int i = 0; i < 40; i++)
        {
            double last = Bench.Window.MousePosition.X;
            Bench.Driver.MoveBy(50, 0);
            Bench.Driver.Flush();
            Pump.Until(Bench.Loop, () => Bench.Window.MousePosition.X > last);
        }

        Check.True(Bench.Window.MousePosition.X - before > 1280, "further than the screen is wide");
        Bench.Window.CursorMode = CursorMode.Normal;
        Bench.Settle();
        Check.Equal(0L, Bench.Loop.Counters.Errors, string.Join("; ", Bench.Log.Messages));
    }

    // What a busy machine cut into several dispatches: of motion that follows motion, the last.
    private List<string> Collapsed()
    {
        List<string> texts = [];
        foreach (WindowEvent e in Bench.Events)
        {
            if (e.Kind == WindowEventKind.MouseMoved && texts is [.., var last] && last.StartsWith("MouseMoved", StringComparison.Ordinal))
            {
                texts.RemoveAt(texts.Count - 1);
            }

            texts.Add(e.ToString());
        }

        return texts;
    }
}
