namespace Mainspring.Devices;

/// <summary>Runs blocking work of sensors, one piece at a time. Another one than <see cref="SensorBus"/> decides itself where and when: a test, by a virtual clock.</summary>
public interface ISensorBus
{
    /// <summary>Runs work after all that was given before. Loop's thread only.</summary>
    /// <param name="loop">The loop on which its end is awaited.</param>
    /// <param name="work">The work; it throws nothing.</param>
    /// <returns>Its end, on the loop.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    LoopTask RunAsync(MainLoop loop, Action work);

    /// <summary>Runs the last work of a sensor whose loop has ended, which closes it: after all that was given before, and never refused. Where a bus does not say otherwise, the thread pool does it at once.</summary>
    /// <param name="work">The work; it throws nothing.</param>
    /// <returns>Its end.</returns>
    Task RunLast(Action work) => Task.Run(work);
}
