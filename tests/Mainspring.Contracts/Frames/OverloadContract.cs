using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>IsOverloaded: both edges of its hysteresis.</summary>
public sealed class OverloadContract : VirtualLoopSuite
{
    [Case]
    public void It_goes_on_with_the_third_late_frame_of_eight()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        double took = 0;
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(took)));
        Frames(late: true, 2);
        Frames(late: false, 6);
        Frames(late: true, 1); // the first late one is nine frames back
        Check.False(loop.IsOverloaded, "two of the last eight");
        Frames(late: false, 4);
        Frames(late: true, 1);
        Frames(late: false, 1);
        Check.False(loop.IsOverloaded, "two of the last eight");
        Frames(late: true, 1);
        Check.True(loop.IsOverloaded, "three of the last eight");

        void Frames(bool late, int count)
        {
            took = late ? 11 : 10;
            for (int i = 0; i < count; i++)
            {
                loop.TickFrame(Ms(10), Ms(10));
            }
        }
    }

    [Case]
    public void It_goes_off_after_32_frames_in_a_row_that_had_time_left()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        double took = 11;
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(took)));
        Frames(3, 11);
        Check.True(loop.IsOverloaded);
        Frames(100, 9.5);
        Check.True(loop.IsOverloaded, "in time, but with less than a tenth left");
        Frames(31, 9);
        Frames(1, 9.1);
        Frames(31, 9);
        Check.True(loop.IsOverloaded, "31 in a row");
        Frames(1, 9);
        Check.False(loop.IsOverloaded, "32 in a row");
        Frames(2, 11);
        Check.False(loop.IsOverloaded, "what was before does not count again");
        Frames(1, 11);
        Check.True(loop.IsOverloaded);

        void Frames(int count, double milliseconds)
        {
            took = milliseconds;
            for (int i = 0; i < count; i++)
            {
                loop.TickFrame(Ms(10), Ms(10));
            }
        }
    }

    [Case]
    public void One_long_hold_up_is_no_overload_and_lasting_work_is()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        double took = 0;
        loop.OnFrame(FramePhase.Update, frame => Clock.Advance(Ms(frame.Index == 20 ? 500 : took)));
        RunFor(TimeSpan.FromSeconds(1));
        Check.True(loop.FrameStats.Dropped >= 48);
        Check.False(loop.IsOverloaded);
        took = 12;
        RunFor(Ms(100));
        Check.True(loop.IsOverloaded);
        took = 2;
        RunFor(Ms(300));
        Check.True(loop.IsOverloaded);
        RunFor(Ms(60));
        Check.False(loop.IsOverloaded);
    }

    [Case]
    public void Callbacks_that_push_frames_off_their_deadlines_are_overload_too()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, static _ => { });
        TimerHandle slow = loop.CallEvery(Ms(30), () => Clock.Advance(Ms(25))); // each drops two frames, and the frames themselves take no time
        RunFor(Ms(300));
        Check.Equal(0L, loop.FrameStats.Late);
        Check.True(loop.IsOverloaded);
        slow.Cancel();
        RunFor(Ms(400));
        Check.False(loop.IsOverloaded);
    }

    [Case]
    public void Background_work_that_takes_all_that_is_left_is_no_overload()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(5)));
        loop.CallInBackground(budget =>
        {
            while (!budget.IsSpent)
            {
                Clock.Advance(TimeSpan.FromMicroseconds(10));
            }

            return true;
        });
        RunFor(TimeSpan.FromSeconds(1));
        Check.False(loop.IsOverloaded);
        Check.Equal(0L, loop.FrameStats.Late);
    }

    [Case]
    public void A_host_without_a_budget_is_never_overloaded()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(1_000)));
        Pump.Ticks(loop, 50);
        Check.False(loop.IsOverloaded);
    }
}
