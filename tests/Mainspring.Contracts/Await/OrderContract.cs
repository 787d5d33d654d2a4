using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>The order that docs/guides/order.md states, in full.</summary>
public sealed class OrderContract : VirtualLoopSuite
{
    [Case]
    public void Everything_runs_in_the_order_that_the_guide_states()
    {
        var trace = new Recorder(Journal);
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, Trace = trace });
        var queue = new QueueSource();
        SourceHandle source = loop.Add(queue);
        loop.OnFrame(FramePhase.Input, static _ => { }, "input");
        loop.OnFrame(FramePhase.Update, static _ => { }, "update");
        loop.OnFrame(FramePhase.LateUpdate, static _ => { }, "late update");
        loop.CallAt(Ms(5), AddToQueue, "timer");
        loop.CallAt(Ms(2), Start, "start");
        loop.CallInBackground(static _ => false, name: "background");
        loop.Run(new RunOptions { For = Ms(21) });
        source.Remove();
        Check.Sequence(
            [
                "Source queue", // attached
                "tick 1 at 0", "Frame input", "Frame update", "Frame late update", "Background background",
                "tick 2 at 2", "Timer start",
                "Callback urgent", "Callback normal", "Await Worker", "Post Posted", // the next round: by priority, first in first out, posts last
                "tick 3 at 5", "Timer timer", "Await Sleeper",                       // by deadline, equal ones in the order of the calls
                "tick 4 at 5", "Source queue", "Await Listener",                     // an event, and in the next round who waited for it
                "tick 5 at 10", "Frame input",
                "Frame update", "Job Patrol", "Await Worker", "Await Caller",        // callbacks, jobs, awaiters, and what has waited for what ended
                "Frame late update",
                "tick 6 at 20", "Frame input",
                "Frame update", "Job Patrol", "Await Guard", "Await Caller",
                "Frame late update",
                "tick 7 at 21",
            ],
            Journal);

        void AddToQueue() => queue.Add(1);

        void Start()
        {
            loop.CallSoon(static () => { }, Priority.Normal, "normal");
            loop.StartJob(Patrol(), name: "Patrol");
            Caller().Forget();
            Sleeper().Forget();
            Listener().Forget();
            loop.CallSoon(static () => { }, Priority.Urgent, "urgent");
            OnAnotherThread(() => loop.Post(Posted));
        }

        async LoopTask Caller()
        {
            await Worker();
            await Guard();
        }

        async LoopTask Worker()
        {
            await loop.Yield();
            await loop.NextFrame();
        }

        async LoopTask Guard() => await loop.NextFrame();

        async LoopTask Sleeper() => await loop.DelayUntil(Ms(5));

        async LoopTask Listener() => await loop.WaitFor<Queued>(source);

        static IEnumerator<Wait> Patrol()
        {
            while (true)
            {
                yield return Wait.NextFrame;
            }
        }
    }

    private static void Posted()
    {
    }

    private sealed class Recorder(List<string> journal) : LoopTrace
    {
        public override void Tick(long tick, TimeSpan now) => journal.Add($"tick {tick} at {now.TotalMilliseconds}");

        public override void Begin(in Work work) => journal.Add($"{work.Kind} {work.Name[(work.Name.LastIndexOf('.') + 1)..]}");
    }
}
