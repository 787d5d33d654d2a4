namespace Mainspring.Devices;

/// <summary>A bus whose sensors are read on the thread pool, one at a time; while none is read it holds no thread. Sensors of several loops may share it.</summary>
/// <param name="name">What it is called in messages, such as <c>i2c-1</c>.</param>
public sealed class SensorBus(string name) : ISensorBus
{
    private readonly ExecutorQueue _queue = new(name);

    /// <summary>What it is called.</summary>
    public string Name => _queue.Name;

    /// <summary>How many reads wait; the one that runs does not count. Any thread.</summary>
    public int Waiting => _queue.Count;

    /// <inheritdoc/>
    /// <remarks>A virtual clock stands still until the work is over.</remarks>
    public LoopTask RunAsync(MainLoop loop, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return EndOf(_queue.Run(
            loop,
            static (work, _) =>
            {
                work();
                return true;
            },
            work));
    }

    /// <inheritdoc/>
    /// <remarks>Any thread.</remarks>
    public Task RunLast(Action work) => _queue.Run(work);

    private static async LoopTask EndOf(LoopTask<bool> task) => await task;
}
