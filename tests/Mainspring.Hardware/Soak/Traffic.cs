using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mainspring.Hardware.Soak;

/// <summary>One kind of load, that keeps count of what it has produced and what has come of it.</summary>
internal abstract class Traffic(MainLoop loop) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private LoopTask _run;

    /// <summary>Its name in the report.</summary>
    public abstract string Name { get; }

    /// <summary>What is wrong; empty when every count adds up. To be read at rest.</summary>
    public List<string> Problems { get; } = [];

    protected MainLoop Loop { get; } = loop;

    /// <summary>Whether it is to come to rest.</summary>
    protected bool IsPausing { get; private set; }

    /// <summary>Begins, or goes on.</summary>
    public void Start()
    {
        IsPausing = false;
        _run = RunAsync();
    }

    /// <summary>Comes to rest: all that was produced has arrived, all devices are plugged in.</summary>
    public async LoopTask PauseAsync()
    {
        IsPausing = true;
        try
        {
            await _run;
            await Until(() => IsAtRest);
        }
        catch (TimeoutException exception)
        {
            Problems.Add($"{Name}: {exception.Message}");
        }
    }

    /// <summary>The counts.</summary>
    public abstract void Report(Utf8JsonWriter report);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whether every count adds up.</summary>
    protected abstract bool IsAtRest { get; }

    /// <summary>Produces until <see cref="IsPausing"/>.</summary>
    protected abstract LoopTask RunAsync();

    /// <summary>Waits for the loop's events to make it true.</summary>
    protected async LoopTask Until(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        TimeSpan end = Loop.Now + s_patience;
        while (!condition())
        {
            if (Loop.Now > end)
            {
                throw new TimeoutException($"it has not come true in {s_patience.TotalSeconds} s: {expression}");
            }

            await Loop.Delay(TimeSpan.FromMilliseconds(1));
        }
    }
}
