namespace Mainspring.Contracts;

/// <summary>Which loop belongs to what runs here.</summary>
public sealed class PolicyCases : IDisposable
{
    private readonly ILoopPolicy _before = LoopPolicy.Current;

    /// <inheritdoc/>
    public void Dispose() => LoopPolicy.Current = _before;

    /// <summary>The default: what one thread sets is nothing to another.</summary>
    [Case]
    public void Every_thread_has_a_loop_of_its_own()
    {
        LoopPolicy.Current = new ThreadLoopPolicy();
        using MainLoop mine = LoopPolicy.NewLoop(), others = LoopPolicy.NewLoop();
        LoopPolicy.SetLoop(mine);
        Exception? refusal = null;
        MainLoop? seen = null;
        var thread = new Thread(() =>
        {
            refusal = Check.Throws<InvalidOperationException>(() => LoopPolicy.GetLoop());
            LoopPolicy.SetLoop(others);
            seen = LoopPolicy.GetLoop();
        });
        thread.Start();
        thread.Join();
        Check.Contains("has no loop", refusal?.Message);
        Check.Equal(others, seen);
        Check.Equal(mine, LoopPolicy.GetLoop());
    }

    /// <summary>Once, and not after it was set to none.</summary>
    [Case]
    public void The_main_thread_gets_a_loop_when_it_asks()
    {
        LoopPolicy.Current = new ThreadLoopPolicy(Environment.CurrentManagedThreadId);
        using MainLoop loop = LoopPolicy.GetLoop();
        Check.Equal(loop, LoopPolicy.GetLoop());
        LoopPolicy.SetLoop(null);
        Check.Throws<InvalidOperationException>(() => LoopPolicy.GetLoop());
    }

    /// <summary>Whatever the policy says.</summary>
    [Case]
    public void The_loop_that_runs_comes_first()
    {
        using MainLoop running = Loops.New(), set = Loops.New();
        LoopPolicy.Current = new ThreadLoopPolicy();
        LoopPolicy.SetLoop(set);
        MainLoop? seen = null, seenRunning = null;
        running.CallSoon(() => (seen, seenRunning) = (LoopPolicy.GetLoop(), LoopPolicy.GetRunningLoop()));
        running.Tick();
        Check.Equal(running, seen);
        Check.Equal(running, seenRunning);
        Check.Equal(set, LoopPolicy.GetLoop());
        Check.Contains("No loop runs", Check.Throws<InvalidOperationException>(() => LoopPolicy.GetRunningLoop()).Message);
    }

    /// <summary>The example of the guide: code that knows nothing of it gets other loops.</summary>
    [Case]
    public void A_policy_replaces_the_loop_of_a_whole_program()
    {
        LoopPolicy.Current = new VirtualTimePolicy();
        using MainLoop loop = SomeLibrary();
        Check.True(loop.Clock is VirtualClock, "the library's loop is the policy's");
        loop.Run(new RunOptions { UntilIdle = true });
        Check.True(loop.Now >= TimeSpan.FromDays(1), "a day has passed at once");
    }

    /// <summary>The default one, with nothing in it.</summary>
    [Case]
    public void Null_restores_the_default()
    {
        LoopPolicy.Current = new NullPolicy();
        Check.Contains("NullPolicy gave no loop", Check.Throws<InvalidOperationException>(() => LoopPolicy.GetLoop()).Message);
        LoopPolicy.Current = null;
        Check.Equal(typeof(ThreadLoopPolicy), LoopPolicy.Current.GetType());
        Check.Throws<InvalidOperationException>(() => LoopPolicy.GetLoop());
    }

    private static MainLoop SomeLibrary()
    {
        MainLoop loop = LoopPolicy.NewLoop();
        LoopPolicy.SetLoop(loop);
        LoopPolicy.GetLoop().CallLater(TimeSpan.FromDays(1), static () => { });
        return loop;
    }

    private sealed class VirtualTimePolicy : ThreadLoopPolicy
    {
        public override MainLoop NewLoop() => new(new LoopOptions { Name = "virtual", Clock = new VirtualClock() });
    }

    private sealed class NullPolicy : ILoopPolicy
    {
        public MainLoop GetLoop() => null!;

        public void SetLoop(MainLoop? loop)
        {
        }

        public MainLoop NewLoop() => null!;
    }
}
