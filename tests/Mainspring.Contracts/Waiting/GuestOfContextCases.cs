using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>
/// The loop as a guest of a thread that has a <see cref="SynchronizationContext"/> of its own, such as that of a user interface: each sees its own context, and
/// what is awaited or posted goes from one to the other.
/// </summary>
public sealed class GuestOfContextCases : IDisposable
{
    private readonly HostContext _host;
    private readonly MainLoop _loop;
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;

    public GuestOfContextCases()
    {
        Sys.NeedsLinux();
        _loop = Loops.New();
        _host = new HostContext(_loop);
        SynchronizationContext.SetSynchronizationContext(_host);
    }

    public void Dispose()
    {
        SynchronizationContext.SetSynchronizationContext(_before);
        _loop?.Dispose();
        _host?.Dispose();
    }

    [Case]
    public void EachSeesItsOwnContext()
    {
        SynchronizationContext? inLoop = null, inHost = null;
        _loop.CallSoon(() => inLoop = SynchronizationContext.Current);
        _host.Post(_ => inHost = SynchronizationContext.Current, null);
        _host.RunUntil(() => inLoop is not null && inHost is not null);
        Check.True(ReferenceEquals(_loop.SynchronizationContext, inLoop));
        Check.True(ReferenceEquals(_host, inHost));
        Check.True(ReferenceEquals(_host, SynchronizationContext.Current));
        Check.True(MainLoop.Current is null);
    }

    [Case]
    public void PostsCrossBothWays_InOrder()
    {
        var story = new List<string>();
        _loop.CallSoon(() =>
        {
            story.Add("loop");
            _host.Post(_ =>
            {
                story.Add("host");
                _loop.SynchronizationContext.Post(_ => story.Add("loop again"), null);
                _loop.Post(() => story.Add("and again"));
            }, null);
        });
        _host.RunUntil(() => story.Count == 4);
        Check.Sequence(["loop", "host", "loop again", "and again"], story);
    }

    [Case]
    public void AwaitsGoBackToWhereTheyBegan()
    {
        var ends = new List<string>();
        int thread = Environment.CurrentManagedThreadId;
        _ = OfHost();
        _loop.CallSoon(() => _ = OfLoop());
        _host.RunUntil(() => ends.Count == 4);
        Check.Sequence(["host", "host", "loop", "loop"], ends.Order());

        async Task OfHost()
        {
            await _loop.InvokeAsync(() => { });  // a call to the loop, on the same thread
            ends.Add(Where());
            await Task.Run(static () => { });    // and one to the pool
            ends.Add(Where());
        }

        async Task OfLoop()
        {
            await Task.Run(static () => { });
            ends.Add(Where());
            await _host.InvokeAsync();
            ends.Add(Where());
        }

        string Where()
        {
            Check.Equal(thread, Environment.CurrentManagedThreadId);
            return ReferenceEquals(SynchronizationContext.Current, _host) ? "host" : ReferenceEquals(SynchronizationContext.Current, _loop.SynchronizationContext) ? "loop" : "elsewhere";
        }
    }

    [Case]
    public void TimersOfTheLoop_WakeTheHost()
    {
        int ran = 0;
        _loop.CallEvery(TimeSpan.FromMilliseconds(1), () => ran++);
        _host.RunUntil(() => ran == 5);
        Check.True(_host.Ticks <= 20, $"{_host.Ticks} ticks for 5 timers: it was polled");
    }

    [Case]
    public void ExceptionOfATick_LeavesTheHostItsContext()
    {
        using MainLoop strict = Loops.New(static options => options with { ErrorPolicy = ErrorPolicy.Stop });
        strict.CallSoon(static () => throw new InvalidOperationException("it"));
        Check.Throws<InvalidOperationException>(() => strict.Tick());
        Check.True(ReferenceEquals(_host, SynchronizationContext.Current));
    }

    /// <summary>One thread's context, with a loop as its guest: it waits for its own posts and for the loop's descriptor, and for nothing else.</summary>
    private sealed class HostContext : SynchronizationContext, IDisposable
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posts = new();
        private readonly MainLoop _loop;
        private readonly SafeFileHandle _wake;
        private readonly SafeFileHandle _wakeEnd;

        public HostContext(MainLoop loop)
        {
            _loop = loop;
            (_wake, _wakeEnd) = Sys.Pipe();
            _ = _loop.Descriptor;
        }

        public int Ticks { get; private set; }

        public override void Post(SendOrPostCallback callback, object? state)
        {
            _posts.Enqueue((callback, state));
            Sys.Write(_wakeEnd);
        }

        public Task InvokeAsync()
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(_ => done.SetResult(), null); // what awaits it goes on where it has begun
            return done.Task;
        }

        public void RunUntil(Func<bool> condition)
        {
            while (!condition())
            {
                Check.True(Sys.IsEitherReadable(_wake, _loop.Descriptor!, 20_000), "the host would wait for ever");
                while (_posts.TryDequeue(out (SendOrPostCallback Callback, object? State) post))
                {
                    Sys.Read(_wake, 1);
                    post.Callback(post.State);
                }

                if (Sys.IsReadable(_loop.Descriptor!))
                {
                    Ticks++;
                    _loop.Tick();
                }
            }
        }

        public void Dispose()
        {
            _wake.Dispose();
            _wakeEnd.Dispose();
        }
    }
}
