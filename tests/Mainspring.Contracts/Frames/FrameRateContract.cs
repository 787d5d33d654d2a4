using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>Callbacks that run at a rate of their own, in frames.</summary>
public sealed class FrameRateContract : VirtualLoopSuite
{
    [Case]
    public void A_rate_that_divides_the_frame_rate_is_every_nth_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        var frames = new List<long>();
        loop.OnFrame(FramePhase.Update, frame => frames.Add(frame.Index), perSecond: 20);
        RunFor(Ms(199));
        Check.Sequence([0, 3, 6, 9], frames);
    }

    [Case]
    public void The_average_is_exact_over_an_hour_for_any_rate()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        double[] rates = [0.5, 1, 7, 23.976, 30, 59.94, 60, 1000];
        int[] runs = new int[rates.Length];
        for (int i = 0; i < rates.Length; i++)
        {
            int number = i;
            loop.OnFrame(FramePhase.Update, _ => runs[number]++, perSecond: rates[i]);
        }

        RunFor(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Check.Sequence([1_800, 3_600, 25_200, 86_314, 108_000, 215_784, 216_000, 216_000], runs); // 86,313.6 and one for the first
    }

    [Case]
    public void A_callback_that_is_added_later_keeps_to_the_same_grid()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame =>
        {
            if (frame.Index == 3)
            {
                loop.OnFrame(FramePhase.Update, late => Journal.Add($"{late.Index}"), perSecond: 20);
            }
        });
        RunFor(Ms(200));
        Check.Sequence(["5", "10", "15", "20"], Journal, "its first run is at the next time of the grid");
    }

    [Case]
    public void Times_that_fall_into_one_frame_or_were_missed_are_one_run()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame => Clock.Advance(frame.Index == 2 ? Ms(57) : default)); // until 77: frames 30 to 60 are dropped
        loop.OnFrame(FramePhase.Render, frame => Journal.Add($"{frame.Start.TotalMilliseconds}"), perSecond: 25);
        RunFor(Ms(130));
        Check.Sequence(["0", "77", "80", "120"], Journal, "40 was missed and runs in the next frame; the grid stays");
    }

    [Case]
    public void In_fixed_steps_a_rate_is_of_simulated_time()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(10) });
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add($"{loop.FixedStep.Index}"), perSecond: 25);
        loop.TickFrame(Ms(60), Ms(5));
        loop.Pause();
        Clock.Advance(Ms(1_000));
        loop.TickFrame(Ms(60), Ms(5));
        loop.Resume();
        loop.TickFrame(Ms(60), Ms(5));
        Check.Sequence(["0", "4", "8"], Journal);
    }

    [Case]
    public void A_hosts_frames_run_it_in_the_first_frame_after_each_time()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        Clock.Advance(Ms(3));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Start.TotalMilliseconds}"), perSecond: 50);
        for (int i = 0; i < 12; i++)
        {
            loop.Tick();
            Clock.Advance(Ms(7));
        }

        Check.Sequence(["3", "24", "45", "66"], Journal, "the grid is 3, 23, 43, 63; frames come at 3, 10, 17, 24 …");
    }

    [Case]
    public void A_rate_that_is_none_is_refused()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        foreach (double rate in (double[])[double.NaN, 0, -1, double.PositiveInfinity])
        {
            Check.Contains("perSecond", Check.Throws<ArgumentOutOfRangeException>(() => loop.OnFrame(FramePhase.Update, static _ => { }, perSecond: rate)).Message);
        }
    }

    [Case]
    public void Callbacks_with_a_rate_allocate_nothing()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        int runs = 0;
        loop.OnFrame(FramePhase.Update, _ => runs++, perSecond: 33);
        Allocations.None(() => loop.Tick(Ms(10)));
        Check.True(runs > 100);
    }
}
