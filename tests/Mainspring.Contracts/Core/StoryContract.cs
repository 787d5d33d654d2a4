namespace Mainspring.Contracts.Core;

/// <summary>One tick from top to bottom, with the reason beside each entry.</summary>
public sealed class StoryContract : VirtualLoopSuite
{
    [Case]
    public void One_tick_runs_events_timers_rounds_the_frame_and_background_work_in_this_order()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var source = new Doorbell(() =>
        {
            Journal.Add("event");
            loop.CallSoon(Note("queued by the event"));
        });
        loop.Add(source).Unref();
        loop.Tick(); // the frame at 0 is over; the next one is due at 10

        loop.CallLater(Ms(9), Note("timer at 9, second call"));
        loop.CallLater(Ms(8), () =>
        {
            Journal.Add("timer at 8");
            _cancelled.Cancel();
            loop.CallLater(TimeSpan.Zero, Note("timer of the next tick"));
        });
        loop.CallLater(Ms(9), Note("timer at 9, third call"));
        _cancelled = loop.CallLater(Ms(9.5), Note("never: cancelled by another of the same tick"));
        loop.CallSoon(Note("low"), Priority.Low);
        loop.CallSoon(() =>
        {
            Journal.Add("normal");
            loop.CallSoon(Note("urgent of round 2"), Priority.Urgent);
        });
        loop.CallSoon(Note("high"), Priority.High);
        OnAnotherThread(() => loop.Post(Note("post")));
        loop.OnFrame(FramePhase.Present, _ => Journal.Add("present"));
        loop.OnFrame(FramePhase.Input, _ =>
        {
            Journal.Add("input");
            loop.CallSoon(Note("callback of the frame"));
        });
        loop.CallInBackground(_ =>
        {
            Journal.Add("background");
            return false;
        });
        source.Ring();
        Clock.Advance(Ms(10)); // everything above is due, the frame included

        loop.Tick();
        Check.Sequence(
            [
                "event",                    // sources are dispatched first, before anything that stood in the lanes
                "high",                     // round 1: by priority, whatever the order of the calls
                "normal",                   //   first-in-first-out: called before the event's handler and the timers came
                "queued by the event",      //   sources run before the rounds, so what they queue is in the first
                "timer at 8",               //   due timers join Normal, by deadline
                "timer at 9, second call",  //   equal deadlines in the order of the calls
                "timer at 9, third call",
                "post",                     //   posts come after Normal
                "input",                    // the frame is due and cuts the rounds here; its phases run in order
                "present",
            ],
            Journal);                       // no background step: a callback is runnable
        Journal.Clear();

        loop.Tick();
        Check.Sequence(
            [
                "urgent of round 2",        // what was cut off keeps its place, and its priority
                "callback of the frame",    // what a frame queues runs after it
                "timer of the next tick",   // a delay of zero is due at once, but timers are looked at once a tick
                "low",                      // nothing else is ready, and no frame is due
                "background",               // and nothing at all is runnable
            ],
            Journal);
        Journal.Clear();

        loop.Tick(Ms(100));
        Check.Sequence(["input", "present"], Journal); // nothing was left: the loop has slept until the frame at 20
        Check.Equal(Ms(20), Clock.Now);
    }

    private TimerHandle _cancelled;

    private sealed class Doorbell(Action rung) : IEventSource
    {
        private SourceContext? _context;

        public string Name => "doorbell";

        public void Ring() => _context?.Wake();

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            rung();
            return 1;
        }

        public void Detach() => _context = null;
    }
}
