using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mainspring.Perf.Measurements;

/// <summary>The same questions, answered with what .NET has: the least code that people write for them.</summary>
internal static class Idioms
{
    private const int InFlight = 1000;

    /// <summary>Queues of actions, each of which schedules itself again.</summary>
    public static void MeasureCallbacks(long operations)
    {
        var queue = new Queue<Action>();
        Measurement.Time("Queue", operations, () => Drain(operations, queue.Enqueue, () =>
        {
            while (queue.TryDequeue(out Action? next))
            {
                next();
            }
        }));
        var concurrent = new ConcurrentQueue<Action>();
        Measurement.Time("ConcurrentQueue", operations, () => Drain(operations, concurrent.Enqueue, () =>
        {
            while (concurrent.TryDequeue(out Action? next))
            {
                next();
            }
        }));
        var channel = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        Measurement.Time("Channel", operations, () => Drain(operations, action => channel.Writer.TryWrite(action), () =>
        {
            while (channel.Reader.TryRead(out Action? next))
            {
                next();
            }
        }));
    }

    /// <summary>A priority queue in which what is cancelled stays until it is due; and the runtime's timers.</summary>
    public static void MeasureTimers(int outstanding, long operations)
    {
        var random = new Random64();
        long Due() => 20_000_000_000 + (100 * random.Below(600_000_000));
        var versions = new int[outstanding];
        var queue = new PriorityQueue<(int Timer, int Version), long>(outstanding * 2);
        for (int i = 0; i < outstanding; i++)
        {
            queue.Enqueue((i, 0), Due());
        }

        Replace(2L * outstanding); // until those that were cancelled have been dropped once
        Measurement.Time("PriorityQueue", operations, () => Replace(operations));

        var timers = new System.Threading.Timer[outstanding];
        for (int i = 0; i < outstanding; i++)
        {
            timers[i] = new System.Threading.Timer(static _ => { }, null, Due() / 1_000_000, Timeout.Infinite);
        }

        Measurement.Time("Timer.Change", operations, () =>
        {
            for (long i = 0; i < operations; i++)
            {
                timers[random.Below(outstanding)].Change(Due() / 1_000_000, Timeout.Infinite);
            }
        });

        void Replace(long times)
        {
            for (long i = 0; i < times; i++)
            {
                int timer = (int)random.Below(outstanding);
                queue.Enqueue((timer, ++versions[timer]), Due());
                if (queue.Count > 2 * outstanding)
                {
                    DropCancelled(queue, versions);
                }
            }
        }
    }

    /// <summary>Threads write flat out into what one thread reads.</summary>
    public static void MeasurePosts(int producers, long posts)
    {
        long each = posts / producers, total = each * producers;
        var channel = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
        double ns = Produce(producers, each, static () => { }, action => channel.Writer.TryWrite(action), () =>
        {
            for (long left = total; left > 0;)
            {
                while (channel.Reader.TryRead(out Action? next))
                {
                    next();
                    left--;
                }

                if (left > 0)
                {
                    channel.Reader.WaitToReadAsync().AsTask().Wait();
                }
            }
        });
        Measurement.Result("Channel", ns / total);

        var collection = new BlockingCollection<Action>();
        ns = Produce(producers, each, static () => { }, collection.Add, () =>
        {
            for (long left = total; left > 0; left--)
            {
                collection.Take()();
            }
        });
        Measurement.Result("BlockingCollection", ns / total);
    }

    /// <summary>A byte over a pair of Unix sockets, by the awaits of <see cref="Socket"/>.</summary>
    public static void MeasureSockets(long rounds)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint($"\0mainspring-perf-{Environment.ProcessId}"));
        listener.Listen();
        using var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        one.Connect(listener.LocalEndPoint!);
        using Socket other = listener.Accept();
        Task echo = EchoAsync(other, rounds);
        long startNs = Measurement.NowNs();
        AskAsync(one, rounds).Wait();
        Measurement.Result("Socket", (double)(Measurement.NowNs() - startNs) / rounds);
        echo.Wait();

        static async Task EchoAsync(Socket socket, long rounds)
        {
            byte[] bytes = new byte[1];
            for (long i = 0; i < rounds; i++)
            {
                await socket.ReceiveAsync(bytes.AsMemory());
                await socket.SendAsync(bytes.AsMemory());
            }
        }

        static async Task AskAsync(Socket socket, long rounds)
        {
            byte[] bytes = new byte[1];
            for (long i = 0; i < rounds; i++)
            {
                await socket.SendAsync(bytes.AsMemory());
                await socket.ReceiveAsync(bytes.AsMemory());
            }
        }
    }

    /// <summary>Methods that yield again and again, in a context of one thread.</summary>
    public static void MeasureYields(int methods, int frames)
    {
        var context = new QueueContext();
        SynchronizationContext.SetSynchronizationContext(context);
        for (int i = 0; i < methods; i++)
        {
            _ = YieldAsync(frames + 2); // they go on behind the last turn
        }

        context.Run(methods); // the first turn makes the queue as large as it gets
        Measurement.Time("Task.Yield", (long)methods * frames, () => context.Run((long)methods * frames));
        SynchronizationContext.SetSynchronizationContext(null);

        static async Task YieldAsync(int times)
        {
            for (int i = 0; i < times; i++)
            {
                await Task.Yield();
            }
        }
    }

    private static void Drain(long operations, Action<Action> enqueue, Action run)
    {
        long left = operations - InFlight;
        Action again = null!;
        again = () =>
        {
            if (left > 0)
            {
                left--;
                enqueue(again);
            }
        };
        for (int i = 0; i < InFlight; i++)
        {
            enqueue(again);
        }

        run();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DropCancelled(PriorityQueue<(int Timer, int Version), long> queue, int[] versions)
    {
        ((int Timer, int Version), long)[] pending = [.. queue.UnorderedItems.Where(item => versions[item.Element.Timer] == item.Element.Version)];
        queue.Clear();
        queue.EnqueueRange(pending);
    }

    private static double Produce(int producers, long each, Action post, Action<Action> add, Action consume)
    {
        using var startLine = new Barrier(producers + 1);
        Thread[] threads = [.. Enumerable.Range(0, producers).Select(_ => new Thread(() =>
        {
            startLine.SignalAndWait();
            for (long i = 0; i < each; i++)
            {
                add(post);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        startLine.SignalAndWait();
        long startNs = Measurement.NowNs();
        consume();
        double ns = Measurement.NowNs() - startNs;
        Array.ForEach(threads, static thread => thread.Join());
        return ns;
    }

    private sealed class QueueContext : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

        public override void Post(SendOrPostCallback d, object? state) => _queue.Enqueue((d, state));

        public void Run(long callbacks)
        {
            while (callbacks-- > 0)
            {
                (SendOrPostCallback callback, object? state) = _queue.Dequeue();
                callback(state);
            }
        }
    }
}
