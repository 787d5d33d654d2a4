namespace Mainspring.Contracts.Core;

/// <summary>Cases that run on a virtual clock, and the journal in which they note what happened.</summary>
public abstract class VirtualLoopSuite : IDisposable
{
    private readonly List<MainLoop> _loops = [];
    private MainLoop? _loop;

    /// <summary>The clock of <see cref="Loop"/>.</summary>
    protected VirtualClock Clock { get; } = new();

    /// <summary>Where the loops log.</summary>
    protected SilentLog Log { get; } = new();

    /// <summary>What happened, in order.</summary>
    protected List<string> Journal { get; } = [];

    /// <summary>An event-driven loop, or the one that <see cref="Build"/> made on <see cref="Clock"/>.</summary>
    protected MainLoop Loop => _loop ??= Build(new LoopOptions());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MainLoop loop in _loops)
        {
            loop.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A loop with these options, on <see cref="Clock"/> unless they name a clock.</summary>
    protected MainLoop Build(LoopOptions options)
    {
        var loop = new MainLoop(options with { Clock = options.Clock ?? Clock, Log = options.Log ?? Log });
        _loops.Add(loop);
        _loop ??= loop;
        return loop;
    }

    /// <summary>Runs <see cref="Loop"/> until nothing keeps it alive.</summary>
    protected void RunUntilIdle() => Loop.Run(new RunOptions { UntilIdle = true });

    /// <summary>Runs <see cref="Loop"/> for a virtual time.</summary>
    protected void RunFor(TimeSpan time) => Loop.Run(new RunOptions { For = time });

    /// <summary>A callback that writes the entry into the journal.</summary>
    protected Action Note(string entry) => () => Journal.Add(entry);

    /// <summary>Runs an action on another thread, to its end; what it throws is thrown here.</summary>
    protected static void OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (thrown is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
        }
    }

    /// <summary>A time in milliseconds.</summary>
    protected static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
