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
}
