namespace Mainspring.Contracts.Core;

/// <summary>The five lanes: who runs before whom, who makes room for frames, and who is promoted.</summary>
public sealed class PriorityContract : VirtualLoopSuite
{
    [Case]
    public void A_round_runs_Urgent_then_High_then_Normal_then_posts()
    {
        OnAnotherThread(() => Loop.Post(Note("post")));
        Loop.CallSoon(Note("normal"));
        Loop.CallSoon(Note("high"), Priority.High);
        Loop.CallSoon(Note("urgent"), Priority.Urgent);
        Loop.Tick();
        Check.Sequence(["urgent", "high", "normal", "post"], Journal);
    }

    [Case]
    public void Low_and_Idle_run_when_nothing_else_is_ready()
    {
        Loop.CallSoon(Note("idle"), Priority.Idle);
        Loop.CallSoon(Note("low"), Priority.Low);
        Loop.CallSoon(() =>
        {
            Journal.Add("normal");
            Loop.CallSoon(Note("normal 2"));
        });
        Loop.Tick();
        Check.Sequence(["normal", "normal 2", "low", "idle"], Journal);
    }

    [Case]
    public void Low_stops_as_soon_as_something_regular_is_ready()
    {
        Loop.CallSoon(() =>
        {
            Journal.Add("low 1");
            Loop.CallSoon(Note("normal"));
        }, Priority.Low);
        Loop.CallSoon(Note("low 2"), Priority.Low);
        Loop.Tick();
        Check.Sequence(["low 1", "normal", "low 2"], Journal);
    }

    [Case]
    public void Idle_stops_as_soon_as_something_Low_is_ready()
    {
        Loop.CallSoon(() =>
        {
            Journal.Add("idle 1");
            Loop.CallSoon(Note("low"), Priority.Low);
        }, Priority.Idle);
        Loop.CallSoon(Note("idle 2"), Priority.Idle);
        Loop.Tick();
        Check.Sequence(["idle 1", "low", "idle 2"], Journal);
    }

    [Case]
    public void Low_and_Idle_are_promoted_after_PromoteAfter_rounds()
    {
        MainLoop loop = Build(new LoopOptions { PromoteAfter = 3, MaxRounds = 1 });
        loop.CallSoon(Note("low"), Priority.Low);
        loop.CallSoon(Note("idle"), Priority.Idle);
        for (int round = 1; round <= 5; round++)
        {
            loop.CallSoon(Note($"normal {round}"));
            loop.Tick();
        }

        // Passed over in rounds 1, 2 and 3; in the fourth they run, behind what is regular.
        Check.Sequence(["normal 1", "normal 2", "normal 3", "normal 4", "low", "idle", "normal 5"], Journal);
    }

    [Case]
    public void Idle_is_promoted_when_Low_passes_it_over()
    {
        MainLoop loop = Build(new LoopOptions { PromoteAfter = 3, MaxRounds = 1 });
        loop.CallSoon(Note("idle"), Priority.Idle);
        for (int round = 1; round <= 5; round++)
        {
            loop.CallSoon(Note($"low {round}"), Priority.Low);
            loop.Tick();
        }

        Check.True(Journal.IndexOf("idle") == 3, "passed over in rounds 1, 2 and 3");
    }

    [Case]
    public void Low_and_Idle_run_only_while_no_frame_is_due()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Journal.Add($"frame at {Clock.Now.TotalMilliseconds}"));
        loop.Tick(); // the frame at 0
        for (int i = 1; i <= 4; i++)
        {
            int number = i;
            loop.CallSoon(() =>
            {
                Clock.Advance(Ms(5));
                Journal.Add($"low {number}");
            }, Priority.Low);
        }

        loop.Tick();
        Check.Sequence(["frame at 0", "low 1", "low 2", "frame at 10"], Journal, "two of them reach the frame's deadline, the rest keeps its place");
        loop.Tick();
        Check.Sequence(["low 3", "low 4", "frame at 20"], Journal.Skip(4));
    }

    [Case]
    public void Low_is_promoted_when_frames_are_always_due()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, PromoteAfter = 3 });
        loop.OnFrame(FramePhase.Update, _ =>
        {
            Journal.Add("frame");
            Clock.Advance(Ms(10)); // overloaded: the next one is due when this one ends
        });
        loop.CallSoon(Note("low"), Priority.Low);
        Pump.Ticks(loop, 6);
        Check.Equal(1, Journal.Count(static entry => entry == "low"));
        Check.Equal(6, Journal.Count(static entry => entry == "frame"));
    }

    [Case]
    public void A_frame_that_is_due_cuts_a_round_and_the_rest_keeps_its_place()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Journal.Add("frame"));
        loop.Tick();
        Journal.Clear();
        var order = new List<int>();
        for (int i = 0; i < 1_000; i++)
        {
            int number = i;
            loop.CallSoon(() =>
            {
                Clock.Advance(TimeSpan.FromMicroseconds(100));
                order.Add(number);
                Journal.Add("callback");
            });
        }

        loop.Tick();
        int before = Journal.IndexOf("frame");
        Check.True(before >= 100, "the frame is due after 100 callbacks of 100 us");
        Check.True(before <= 110, "and these are so slow that the clock is looked at after each");
        Check.Equal(before + 1, Journal.Count, "the frame runs in the tick that was cut");
        for (int i = 0; order.Count < 1_000; i++)
        {
            loop.Tick();
            Check.True(i < 1_000);
        }

        Check.Sequence(Enumerable.Range(0, 1_000), order, "what was cut off keeps its place");
    }

    [Case]
    public void Slow_callbacks_make_room_for_a_frame_one_by_one()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Journal.Add("frame"));
        loop.Tick();
        Journal.Clear();
        for (int i = 0; i < 60; i++)
        {
            loop.CallSoon(() =>
            {
                Clock.Advance(Ms(4));
                Journal.Add("callback");
            });
        }

        loop.Tick();
        Check.True(Journal.IndexOf("frame") is >= 3 and <= 6, $"the frame was due after 3 callbacks of 4 ms, and ran after {Journal.IndexOf("frame")}");
    }

    [Case]
    public void A_chain_of_slow_callbacks_makes_room_for_a_frame()
    {
        foreach (bool posts in (bool[])[false, true])
        {
            var clock = new VirtualClock();
            MainLoop loop = Build(new LoopOptions { Clock = clock, FrameRate = 100 });
            loop.OnFrame(FramePhase.Update, _ => Journal.Add("frame"));
            loop.Tick();
            Journal.Clear();
            Queue();
            loop.Tick();
            Check.Sequence(["callback", "callback", "callback", "frame"], Journal, "of 4 ms each: a round that ends when a frame is due is the last");

            void Queue()
            {
                if (posts)
                {
                    OnAnotherThread(() => loop.Post(Callback));
                }
                else
                {
                    loop.CallSoon(Callback);
                }
            }

            void Callback()
            {
                clock.Advance(Ms(4));
                Journal.Add("callback");
                Queue();
            }
        }
    }

    [Case]
    public void A_lane_runs_something_in_every_round_that_is_cut()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(10))); // overloaded
        int high = 0, normal = 0, posts = 0;
        for (int i = 0; i < 1_000; i++)
        {
            loop.CallSoon(() => high++, Priority.High);
            loop.CallSoon(() => normal++);
            OnThePool(() => loop.Post(() => posts++));
        }

        Pump.Ticks(loop, 2);
        Check.True(high > 0 && normal > 0 && posts > 0);
        Pump.Ticks(loop, 100);
        Check.Equal((1_000, 1_000, 1_000), (high, normal, posts));

        static void OnThePool(Action action)
        {
            using var done = new ManualResetEventSlim();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                action();
                done.Set();
            });
            done.Wait();
        }
    }

    [Case]
    public void A_priority_that_does_not_exist_is_refused()
    {
        ArgumentOutOfRangeException exception = Check.Throws<ArgumentOutOfRangeException>(() => Loop.CallSoon(static () => { }, (Priority)7));
        Check.Contains("priority", exception.Message);
        Check.Contains("7", exception.Message);
    }
}
