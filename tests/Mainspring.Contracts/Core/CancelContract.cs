namespace Mainspring.Contracts.Core;

/// <summary>Cancelling anything from anywhere, and handles that outlive what they stood for.</summary>
public sealed class CancelContract : VirtualLoopSuite
{
    [Case]
    public void A_cancelled_callback_never_runs()
    {
        CallbackHandle handle = Loop.CallSoon(Note("never"));
        Check.True(handle.IsPending);
        Check.True(handle.Cancel());
        Check.False(handle.IsPending);
        Check.False(handle.Cancel(), "it is cancelled already");
        RunUntilIdle();
        Check.Equal(0, Journal.Count);
    }

    [Case]
    public void A_callback_can_cancel_one_of_the_same_round_in_every_lane()
    {
        var handles = new List<CallbackHandle>();
        Loop.CallSoon(() => handles.ForEach(static handle => Check.True(handle.Cancel())), Priority.Urgent);
        foreach (Priority priority in Enum.GetValues<Priority>())
        {
            handles.Add(Loop.CallSoon(Note("never"), priority));
            Check.Equal(priority, handles[^1].Priority);
        }

        RunUntilIdle();
        Check.Equal(0, Journal.Count);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void A_callback_that_cancels_itself_while_it_runs_is_told_that_it_was_not_pending()
    {
        CallbackHandle self = default;
        self = Loop.CallSoon(() =>
        {
            Check.False(self.IsPending);
            Check.False(self.Cancel());
            Journal.Add("ran");
        });
        Loop.CallSoon(Note("next"));
        RunUntilIdle();
        Check.Sequence(["ran", "next"], Journal);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void A_timer_that_cancels_itself_while_it_runs_is_told_that_it_was_not_pending()
    {
        TimerHandle self = default;
        self = Loop.CallLater(Ms(1), () => Journal.Add($"{self.IsPending} {self.Cancel()}"));
        RunUntilIdle();
        Check.Sequence(["False False"], Journal);
    }

    [Case]
    public void A_periodic_timer_that_cancels_itself_while_it_runs_stops()
    {
        TimerHandle self = default;
        self = Loop.CallEvery(Ms(1), () => Journal.Add($"{self.IsPending} {self.Cancel()} {self.IsPending} {self.Cancel()}"));
        RunUntilIdle();
        Check.Sequence(["True True False False"], Journal);
        Check.Equal(0, Loop.Counters.Timers);
    }

    [Case]
    public void A_frame_callback_that_cancels_itself_while_it_runs_runs_no_more()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        FrameHandle self = null!;
        self = loop.OnFrame(FramePhase.Update, _ =>
        {
            Journal.Add("ran");
            self.Cancel();
        });
        RunFor(Ms(100));
        Check.Sequence(["ran"], Journal);
        Check.False(self.IsActive);
    }

    [Case]
    public void A_background_step_that_cancels_itself_while_it_runs_runs_no_more()
    {
        BackgroundHandle self = null!;
        self = Loop.CallInBackground(_ =>
        {
            Journal.Add($"{self.Cancel()} {self.Cancel()}");
            return true;
        });
        RunUntilIdle();
        Check.Sequence(["True False"], Journal);
        Check.Equal(1L, self.Steps);
    }

    [Case]
    public void A_due_timer_can_be_cancelled_by_another_of_the_same_tick()
    {
        var handles = new TimerHandle[4];
        handles[0] = Loop.CallLater(Ms(1), () =>
        {
            Journal.Add("first");
            Check.True(handles[1].IsPending);
            Check.True(handles[1].Cancel());
            Check.True(handles[3].Cancel());
            Check.False(handles[1].Cancel());
        });
        handles[1] = Loop.CallLater(Ms(1), Note("never"));
        handles[2] = Loop.CallLater(Ms(2), Note("third"));
        handles[3] = Loop.CallEvery(Ms(2), Note("never"));
        Clock.Advance(Ms(2));
        Loop.Tick();
        Check.Sequence(["first", "third"], Journal);
        Check.Equal(0, Loop.Counters.Timers);
        Check.Equal(0L, Loop.Counters.Errors);
        RunUntilIdle();
        Check.Equal(2, Journal.Count);
    }

    [Case]
    public void The_place_of_a_due_timer_that_was_cancelled_is_not_reused_before_its_turn()
    {
        TimerHandle second = default, third = default;
        Loop.CallLater(Ms(1), () =>
        {
            second.Cancel();
            third = Loop.CallLater(Ms(1), Note("third")); // must not take the second's place, which still stands in the lane
        });
        second = Loop.CallLater(Ms(1), Note("never"));
        RunUntilIdle();
        Check.Sequence(["third"], Journal);
        Check.False(third.IsPending);
    }

    [Case]
    public void A_handler_of_an_exception_can_cancel_the_callback_that_comes_next()
    {
        CallbackHandle next = default;
        Loop.UnhandledException += context =>
        {
            context.Handled = true;
            Check.True(next.IsPending);
            Check.True(next.Cancel());
        };
        Loop.CallSoon(static () => throw new InvalidOperationException());
        next = Loop.CallSoon(Note("never"));
        RunUntilIdle();
        Check.Equal(0, Journal.Count);
        Check.Equal(0, Log.Messages.Count);
    }

    [Case]
    public void Anything_can_be_cancelled_from_a_post_a_timer_a_frame_and_a_background_step()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        Kill(kill => loop.Post(kill));
        Kill(kill => loop.CallLater(Ms(1), kill));
        Kill(kill => loop.CallInBackground(_ =>
        {
            kill();
            return false;
        }));
        Kill(kill =>
        {
            FrameHandle frame = null!;
            frame = loop.OnFrame(FramePhase.Input, _ =>
            {
                frame.Cancel();
                kill();
            });
        });

        void Kill(Action<Action> from)
        {
            BackgroundHandle background = null!;
            TimerHandle timer = default, periodic = default;
            FrameHandle frame = null!;
            bool killed = false;
            from(() =>
            {
                killed = true;
                Check.True(timer.Cancel());
                Check.True(periodic.Cancel());
                background.Cancel();
                frame.Cancel();
                Journal.Clear();
            });
            timer = loop.CallLater(Ms(500), Note("timer"));
            periodic = loop.CallEvery(Ms(500), Note("periodic"));
            frame = loop.OnFrame(FramePhase.Present, _ => Journal.Add("frame"));
            background = loop.CallInBackground(_ =>
            {
                Journal.Add("background");
                return true;
            });
            RunFor(Ms(50));
            Check.True(killed);
            loop.Run(new RunOptions { For = Ms(2_000) });
            Check.Equal(0, Journal.Count);
            Check.Equal(0L, loop.Counters.Errors);
        }
    }

    [Case]
    public void A_handle_of_a_callback_that_has_run_never_means_another()
    {
        // The lane has 64 places at first; 1,000 callbacks reuse each of them several times.
        CallbackHandle old = Loop.CallSoon(static () => { });
        Loop.Tick();
        for (int i = 0; i < 1_000; i++)
        {
            CallbackHandle fresh = Loop.CallSoon(Note("ran"));
            Check.False(old.IsPending);
            Check.False(old.Cancel());
            Check.True(fresh.IsPending);
            Loop.Tick();
        }

        Check.Equal(1_000, Journal.Count);
    }

    [Case]
    public void A_handle_of_a_timer_that_is_over_never_means_another()
    {
        TimerHandle ran = Loop.CallLater(Ms(1), static () => { });
        RunUntilIdle();
        TimerHandle cancelled = Loop.CallLater(Ms(1), static () => { });
        cancelled.Cancel();
        for (int i = 0; i < 100; i++)
        {
            TimerHandle fresh = Loop.CallLater(Ms(1), Note("ran")); // in the same place of memory
            foreach (TimerHandle old in (TimerHandle[])[ran, cancelled])
            {
                Check.False(old.IsPending);
                Check.False(old.Cancel());
                Check.Equal(null, old.When);
                Check.Equal(0L, old.MissedPeriods);
                old.Unref(); // of no effect on the fresh one
            }

            Check.True(fresh.IsPending);
            RunUntilIdle();
        }

        Check.Equal(100, Journal.Count);
    }

    [Case]
    public void A_handle_that_was_never_given_out_is_not_pending()
    {
        CallbackHandle callback = default;
        TimerHandle timer = default;
        Check.False(callback.IsPending || callback.Cancel() || timer.IsPending || timer.Cancel());
        timer.Unref();
        timer.Ref();
        Check.Equal(null, timer.When);
    }

    [Case]
    public void Cancelling_after_the_loop_was_disposed_is_of_no_effect()
    {
        CallbackHandle callback = Loop.CallSoon(Note("never"));
        TimerHandle timer = Loop.CallLater(Ms(1), Note("never"));
        Loop.Dispose();
        Check.False(callback.IsPending || callback.Cancel());
        Check.False(timer.IsPending || timer.Cancel());
        Check.Equal(0, Journal.Count);
    }
}
