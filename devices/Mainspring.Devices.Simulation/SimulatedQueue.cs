namespace Mainspring.Devices.Simulation;

/// <summary>What stands for the thread of a bus in a simulation: one piece of work at a time, in order, done at the end of its time on the loop's clock. Loop's thread only.</summary>
internal sealed class SimulatedQueue<TWork>(string name, Func<TWork, TimeSpan> duration, Func<TWork, int> run)
{
    private readonly LinkedList<Item> _waiting = [];
    private Item? _running;

    /// <summary>How much waits for what runs.</summary>
    public int Count => _waiting.Count;

    public async LoopTask<int> Run(MainLoop loop, TWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        cancellationToken.ThrowIfCancellationRequested();
        if (_running is not null && _running.Loop != loop)
        {
            throw new InvalidOperationException($"{name}: a simulated device works for one loop at a time.");
        }

        var item = new Item(this, loop, work, cancellationToken);
        if (_running is null)
        {
            Start(item);
        }
        else
        {
            _waiting.AddLast(item.Place);
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static item => ((Item)item!).PostCancel(), item);
        try
        {
            return await item.End.Task;
        }
        finally
        {
            registration.Dispose();
        }
    }

    private void Start(Item item)
    {
        _running = item;
        Finish(item).Forget();
    }

    private async LoopTask Finish(Item item)
    {
        try
        {
            await item.Loop.Delay(duration(item.Work)); // fails when the loop is disposed, and so does the work
            item.End.TrySetResult(run(item.Work));
        }
        catch (Exception exception) when (item.End.TrySetException(exception))
        {
            // Otherwise the caller was cancelled, nobody waits for it any more, and the loop reports it.
        }
        finally
        {
            _running = null;
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                Start(next.Value);
            }
        }
    }

    private sealed class Item
    {
        public Item(SimulatedQueue<TWork> queue, MainLoop loop, TWork work, CancellationToken token)
        {
            (Queue, Loop, Work, Token) = (queue, loop, work, token);
            Place = new LinkedListNode<Item>(this);
        }

        public SimulatedQueue<TWork> Queue { get; }

        public MainLoop Loop { get; }

        public TWork Work { get; }

        public CancellationToken Token { get; }

        public LinkedListNode<Item> Place { get; }

        public TaskCompletionSource<int> End { get; } = new();

        public void PostCancel() => Loop.TryPost(static item => item.Cancel(), this);

        private void Cancel()
        {
            if (Place.List is not null)
            {
                Queue._waiting.Remove(Place);
            }

            End.TrySetCanceled(Token);
        }
    }
}
