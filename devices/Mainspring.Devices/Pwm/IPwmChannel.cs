namespace Mainspring.Devices;

/// <summary>A channel that puts out a square wave: a lamp's brightness, a motor's speed, a servo's angle.</summary>
public interface IPwmChannel : IDisposable
{
    /// <summary>Its name, for messages.</summary>
    string Name { get; }

    /// <summary>What it puts out since the last change that has ended, or was found when it was opened.</summary>
    PwmState State { get; }

    /// <summary>Changes what it puts out: one change at a time, in the order of the calls, not on the loop's thread (a chip behind I2C sleeps in the call). Loop's thread only.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="state">What it shall put out.</param>
    /// <param name="cancellationToken">While it waits: nothing is changed. While it is being done: it is done, but the caller goes on at once.</param>
    /// <returns>The end; an <see cref="IOException"/> when the driver refuses.</returns>
    /// <exception cref="ArgumentException">The duty is longer than the period, or the period not positive.</exception>
    /// <exception cref="ObjectDisposedException">The channel or the loop was disposed.</exception>
    LoopTask SetAsync(MainLoop loop, PwmState state, CancellationToken cancellationToken = default);

    /// <summary>Puts it into its safe state and gives it back, not on the loop's thread. <see cref="IDisposable.Dispose"/> does the same in the call.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <returns>The end; an <see cref="IOException"/> when the driver refuses.</returns>
    LoopTask CloseAsync(MainLoop loop);
}
