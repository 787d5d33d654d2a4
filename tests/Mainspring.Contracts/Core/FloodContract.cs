namespace Mainspring.Contracts.Core;

/// <summary>No flood of one part starves another. Counts on the virtual clock.</summary>
public sealed class FloodContract : VirtualLoopSuite
{
    private const int FrameMs = 10;
    private const int Enough = 10; // of 100 times: Low and Idle have to wait for their promotion
    private readonly Dictionary<string, int> _ran = [];

    [Case]
    public void A_flood_of_Urgent_callbacks_starves_nothing() => NothingStarvesUnder(loop => Flood(loop, Priority.Urgent));

    [Case]
    public void A_flood_of_Normal_callbacks_starves_nothing() => NothingStarvesUnder(loop => Flood(loop, Priority.Normal));

    [Case]
    public void A_flood_of_Low_callbacks_starves_nothing() => NothingStarvesUnder(loop => Flood(loop, Priority.Low));

    [Case]
    public void A_flood_of_Idle_callbacks_starves_nothing() => NothingStarvesUnder(loop => Flood(loop, Priority.Idle));

    [Case]
    public void A_flood_of_posts_starves_nothing() => NothingStarvesUnder(loop =>
    {
        loop.Post(Again);
        void Again()
        {
            Work();
            loop.Post(Again);
        }
    });

    [Case]
    public void A_flood_of_timers_that_are_due_starves_nothing() => NothingStarvesUnder(loop =>
    {
        loop.CallLater(TimeSpan.Zero, Again);
        void Again()
        {
            Work();
            loop.CallLater(TimeSpan.Zero, Again);
        }
    });

    [Case]
    public void A_flood_of_events_starves_nothing() => NothingStarvesUnder(loop =>
    {
        loop.Add(new Flooding(Work));
        loop.Add(new Flooding(() => Count("other source")));
    });

    [Case]
    public void A_flood_of_wakes_starves_nothing() => NothingStarvesUnder(loop => loop.Add(new Waking(Work)));

    [Case]
    public void A_flood_of_background_work_starves_nothing() => NothingStarvesUnder(loop => loop.CallInBackground(_ =>
    {
        Work();
        return true;
    }));

    [Case]
    public void A_flood_of_late_frames_starves_nothing() => NothingStarvesUnder(loop => loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(3 * FrameMs))));

    private static void Flood(MainLoop loop, Priority priority, Action work)
    {
        loop.CallSoon(Again, priority);
        void Again()
        {
            work();
            loop.CallSoon(Again, priority);
        }
    }

    private void Flood(MainLoop loop, Priority priority) => Flood(loop, priority, Work);

    private void Work() => Clock.Advance(TimeSpan.FromMicroseconds(10));

    private void Count(string part) => _ran[part] = _ran.GetValueOrDefault(part) + 1;

    // One virtual second under the flood, with one of everything else.
    private void NothingStarvesUnder(Action<MainLoop> flood)
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 1000.0 / FrameMs });
        flood(loop);
        loop.OnFrame(FramePhase.Present, _ => Count("frame"));
        loop.CallEvery(Ms(FrameMs), () => Count("timer"));
        loop.CallInBackground(
            _ =>
            {
                Count("background");
                return true;
            },
            maxDelay: Ms(FrameMs));
        foreach (Priority priority in Enum.GetValues<Priority>())
        {
            // Each lane is asked again and again, but from outside of the lane.
            loop.CallEvery(Ms(FrameMs), () => loop.CallSoon(() => Count(priority.ToString()), priority));
        }

        loop.CallEvery(Ms(FrameMs), () => loop.Post(() => Count("post")));
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        foreach (string part in (string[])["frame", "timer", "background", "post", .. Enum.GetNames<Priority>()])
        {
            int count = _ran.GetValueOrDefault(part);
            Check.True(count >= Enough, $"{part} ran {count} times in a second in which it wanted to run 100 times");
        }

        if (_ran.TryGetValue("other source", out int other))
        {
            Check.True(other >= Enough, $"the other source had {other} turns");
        }
    }

    // Has always more.
    private sealed class Flooding(Action work) : IEventSource
    {
        private SourceContext? _context;

        public string Name => "flooding";

        public void Attach(SourceContext context)
        {
            _context = context;
            context.Wake();
        }

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            for (int i = 0; i < maxEvents; i++)
            {
                work();
                _context?.Emit(i);
            }

            return maxEvents;
        }

        public void Detach() => _context = null;
    }

    // Wakes itself whenever it is dispatched.
    private sealed class Waking(Action work) : IEventSource
    {
        private SourceContext? _context;

        public string Name => "waking";

        public void Attach(SourceContext context)
        {
            _context = context;
            context.Wake();
        }

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            work();
            _context?.Wake();
            return 0;
        }

        public void Detach() => _context = null;
    }
}
