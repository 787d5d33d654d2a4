using System.Runtime.CompilerServices;
using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>The pass over many methods that wait for a frame: its order, and waits that outlive their loop.</summary>
public sealed class AwaitPassContract : VirtualLoopSuite
{
    [Case]
    public void However_often_methods_wait_within_a_pass_all_go_on_in_the_order_of_waiting() => GoOnInOrder(FramePhase.Update);

    [Case]
    public void The_same_holds_in_the_other_phases() => GoOnInOrder(FramePhase.Render);

    [Case]
    public void A_wait_for_a_frame_of_a_loop_that_is_gone_is_cancelled()
    {
        (FrameAwaitable wait, WeakReference gone) = OfALoopThatIsGone();
        for (int i = 0; i < 20 && gone.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Check.False(gone.IsAlive, "an awaitable keeps no loop");
        Check.Throws<OperationCanceledException>(() => wait.GetResult());
        Task<string> method = Method();
        Check.True(method.Wait(TimeSpan.FromSeconds(30)), "it goes on, though not on a loop");
        Check.Equal("cancelled", method.Result);

        async Task<string> Method()
        {
            try
            {
                await wait;
                return "resumed";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
        }
    }

    [Case]
    public void A_wait_for_no_frame_throws_where_it_is_awaited()
    {
        Check.Throws<InvalidOperationException>(() => Loop.Run(async () => await default(FrameAwaitable)));
        Check.Throws<InvalidOperationException>(() => Loop.Run(async () => await Method()));
        Task alone = Task.Run(async () => await default(FrameAwaitable));
        Check.Throws<AggregateException>(() => alone.Wait(TimeSpan.FromSeconds(30)));

        static async LoopTask Method() => await default(FrameAwaitable);
    }

    private void GoOnInOrder(FramePhase phase)
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        Exception? wrong = null;
        loop.UnhandledException += context =>
        {
            wrong ??= context.Exception as CheckException;
            context.Handled = true;
        };
        var random = new Random(7);
        var continuations = new List<Action>();
        List<int> expected = [], next = [];
        int at = 0, fresh = 0;
        for (int id = 0; id < 200; id++)
        {
            int own = id;
            continuations.Add(() => GoOn(own));
        }

        loop.OnFrame(FramePhase.Input, _ =>
        {
            if (random.Next(4) == 0)
            {
                Wait(random.Next(continuations.Count)); // after the frame has begun, and before the pass
            }
        });
        for (int frame = 0; frame < 1500; frame++)
        {
            (expected, next, at) = (next, [], 0);
            loop.CallSoon(() =>
            {
                for (int missing = 60 + (frame % 80) - expected.Count; missing > 0; missing--)
                {
                    int id = fresh++ % continuations.Count;
                    expected.Add(id);
                    loop.NextFrame(phase).GetAwaiter().OnCompleted(continuations[id]);
                }
            });
            loop.Tick();
            Check.Equal(null, wrong?.Message);
            Check.Equal(expected.Count, at, $"all have gone on in frame {frame}");
            Check.Equal(next.Count, loop.AwaitsIn(phase));
        }

        void Wait(int id)
        {
            next.Add(id);
            loop.NextFrame(phase).GetAwaiter().OnCompleted(continuations[id]);
        }

        void GoOn(int id)
        {
            Check.True(at < expected.Count, $"{id} goes on although it did not wait");
            Check.Equal(expected[at], id);
            at++;
            bool isCalm = at % 300 < 250 && random.Next(3) > 0;
            switch (isCalm ? 0 : random.Next(9))
            {
                case < 4:
                    Wait(id);
                    break;
                case 4:
                    break; // ends
                case 5:
                    Wait(id);
                    Wait(id);
                    break;
                case 6:
                    Wait(random.Next(continuations.Count));
                    Wait(id);
                    break;
                case 7:
                    Wait(id);
                    throw new InvalidOperationException($"{id} throws");
                default:
                    throw new InvalidOperationException($"{id} throws and ends");
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (FrameAwaitable Wait, WeakReference Loop) OfALoopThatIsGone()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        return (loop.NextFrame(), new WeakReference(loop));
    }
}
