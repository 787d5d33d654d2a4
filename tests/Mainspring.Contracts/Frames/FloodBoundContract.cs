using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>
/// How much a flood in each lane delays every other part, at the most: the bounds of docs/guides/budget.md, in pieces of the flood's work (10 us each) that run between
/// the time something is due and the time it runs.
/// </summary>
public sealed class FloodBoundContract : VirtualLoopSuite
{
    private const int Width = 100;       // pieces of the flood that are there at any time
    private const int MaxRounds = 8;
    private const int PromoteAfter = 16;
    private const int Batch = 64;        // what an event source has in its turn
    private const int Turn = 3;          // what a lane has in a round that a frame cuts: 64 callbacks, or, as here, 20 us and the one that is running
    private const int Slack = 12;        // one piece that runs when it comes due, and the small work of the other parts that come before it
    private const int Tick = MaxRounds * Width; // the rounds that the tick may still have, each of what stood there

    private readonly Dictionary<string, long> _longest = [];
    private readonly Dictionary<string, int> _ran = [];
    private long _pieces;

    [Case]
    public void A_flood_in_Urgent() => Bounds(loop => Flood(loop, Priority.Urgent), frame: Turn, tick: Tick, patient: (PromoteAfter + 2) * Width);

    [Case]
    public void A_flood_in_High() => Bounds(loop => Flood(loop, Priority.High), frame: Turn, tick: Tick, patient: (PromoteAfter + 2) * Width);

    [Case]
    public void A_flood_in_Normal() => Bounds(loop => Flood(loop, Priority.Normal), frame: Turn, tick: Tick, patient: (PromoteAfter + 2) * Width);

    [Case]
    public void A_flood_of_posts() => Bounds(loop => Many(again => OnThePool(() => loop.TryPost(again))), frame: Turn, tick: Tick, patient: (PromoteAfter + 2) * Width);

    [Case]
    public void A_flood_in_Low() => Bounds(loop => Flood(loop, Priority.Low), frame: 1, tick: Tick, patient: (PromoteAfter + 2) * Width, low: Tick + Width);

    [Case]
    public void A_flood_in_Idle() => Bounds(loop => Flood(loop, Priority.Idle), frame: 1, tick: Tick, patient: Tick + Width);

    [Case]
    public void A_flood_of_timers() => Bounds(loop => Many(again => loop.CallLater(TimeSpan.Zero, again)), frame: Turn, tick: 2 * Width, patient: (PromoteAfter + 2) * Width);

    [Case]
    public void A_flood_of_events() => Bounds(loop => loop.Add(new Flooding(Piece)), frame: Batch, tick: Batch, patient: 2 * Batch);

    [Case]
    public void A_flood_of_background_work() => Bounds(
        loop => Many(again => loop.CallInBackground(_ =>
        {
            again();
            return false;
        })),
        frame: 1, tick: 1, patient: 1, background: 2 * Width);

    [Case]
    public void A_flood_of_jobs() => Bounds(
        loop =>
        {
            for (int i = 0; i < 1_100; i++)
            {
                loop.StartJob(Endless());
            }
        },
        frame: 1_100, tick: 1_100, patient: (PromoteAfter + 2) * 1_100, background: 3 * 1_100, frameIsDueAgain: true);

    [Case]
    public void A_flood_of_frame_callbacks() => Bounds(
        loop =>
        {
            for (int i = 0; i < 1_100; i++)
            {
                loop.OnFrame(FramePhase.LateUpdate, _ => Piece());
            }
        },
        frame: 1_100, tick: 1_100, patient: (PromoteAfter + 2) * 1_100, background: 3 * 1_100, frameIsDueAgain: true);

    // A post of the loop's own thread would stand in Normal.
    private static void OnThePool(Action action)
    {
        using var done = new ManualResetEventSlim();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            action();
            done.Set();
        });
        done.Wait();
    }

    private void Piece()
    {
        _pieces++;
        Clock.Advance(TimeSpan.FromMicroseconds(10));
    }

    private void Flood(MainLoop loop, Priority priority) => Many(again => loop.CallSoon(again, priority));

    // So many pieces, each of which schedules itself again.
    private void Many(Action<Action> schedule)
    {
        for (int i = 0; i < Width; i++)
        {
            schedule(Again);
        }

        void Again()
        {
            Piece();
            schedule(Again);
        }
    }

    private IEnumerator<Wait> Endless()
    {
        while (true)
        {
            Piece();
            yield return Wait.NextFrame;
        }
    }

    // Three virtual seconds under the flood; each part is due every 10 ms or asked for every 7 ms, and notes how many pieces came before it.
    private void Bounds(Action<MainLoop> flood, long frame, long tick, long patient, long? low = null, long? background = null, bool frameIsDueAgain = false)
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, MaxRounds = MaxRounds, PromoteAfter = PromoteAfter });
        flood(loop);
        loop.OnFrame(FramePhase.Input, one =>
        {
            // The pieces of 10 us that ran after it was due.
            Take("frame", frameIsDueAgain ? 0 : (one.Start - (one.Deadline - Ms(10))).Ticks / 100);
        });
        var source = new Bell();
        loop.Add(source).Unref();
        TimerAgain();
        foreach (Priority priority in Enum.GetValues<Priority>())
        {
            Ask($"{priority}", done => loop.CallSoon(done, priority));
        }

        Ask("post", done => OnAnotherThread(() => loop.Post(done)));
        Ask("event", source.Ring);
        TimeSpan last = TimeSpan.Zero;
        loop.CallInBackground(
            _ =>
            {
                Take("background", Math.Max(0, (Clock.Now - last - Ms(20)).Ticks / 100));
                last = Clock.Now;
                return true;
            },
            maxDelay: Ms(20));
        RunFor(TimeSpan.FromSeconds(3));
        Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages.Take(1)));
        Check.True(_pieces > 1_000, "a flood");
        long regular = tick + Slack;
        Within("frame", frame);
        foreach (string part in (string[])["timer", "Urgent", "High", "Normal", "post", "event"])
        {
            Within(part, regular);
        }

        Within("Low", (low ?? patient) + Slack);
        Within("Idle", patient + Slack);
        Within("background", (background ?? tick) + Slack);

        void TimerAgain()
        {
            TimeSpan at = Clock.Now + Ms(7);
            loop.CallAt(at, () =>
            {
                Take("timer", (Clock.Now - at).Ticks / 100);
                TimerAgain();
            });
        }

        // Asks for one run, and 7 ms after it for the next; the clock only passes by pieces, so time counts them.
        void Ask(string part, Action<Action> schedule) => loop.CallLater(Ms(7), () =>
        {
            TimeSpan asked = Clock.Now;
            schedule(() =>
            {
                Take(part, (Clock.Now - asked).Ticks / 100);
                Ask(part, schedule);
            });
        });
    }

    private void Take(string part, long pieces)
    {
        _ran[part] = _ran.GetValueOrDefault(part) + 1;
        _longest[part] = Math.Max(_longest.GetValueOrDefault(part), pieces);
    }

    private void Within(string part, long bound)
    {
        Check.True(_ran.GetValueOrDefault(part) >= 5, $"{part} ran {_ran.GetValueOrDefault(part)} times");
        Check.True(_longest[part] <= bound, $"{part} was delayed by {_longest[part]} pieces of the flood, and the bound is {bound}; all: {string.Join(", ", _longest.OrderBy(static one => one.Key))}");
    }

    // Has always more: 64 in each turn.
    private sealed class Flooding(Action piece) : IEventSource
    {
        public string Name => "flooding";

        public void Attach(SourceContext context) => context.Wake();

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            for (int i = 0; i < maxEvents; i++)
            {
                piece();
            }

            return maxEvents;
        }

        public void Detach()
        {
        }
    }

    private sealed class Bell : IEventSource
    {
        private readonly Queue<Action> _rung = [];
        private SourceContext? _context;

        public string Name => "bell";

        public void Ring(Action done)
        {
            _rung.Enqueue(done);
            _context?.Wake();
        }

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            while (_rung.TryDequeue(out Action? done))
            {
                done();
            }

            return 0;
        }

        public void Detach() => _context = null;
    }
}
