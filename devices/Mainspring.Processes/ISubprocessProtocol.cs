namespace Mainspring.Processes;

/// <summary>
/// A child process as callbacks, all on the loop's thread. <see cref="Exited"/> may come before or after the last data and <see cref="PipeClosed"/>, since what the child has started may hold its pipes longer;
/// <see cref="Closed"/> comes once after all of them. What a callback throws is reported, and disturbs nothing. Every member does nothing unless it is implemented.
/// </summary>
public interface ISubprocessProtocol
{
    /// <summary>The child runs. First of all callbacks, within <c>StartProcess</c>.</summary>
    /// <param name="child">The child.</param>
    void Started(ChildProcess child)
    {
    }

    /// <summary>The child has written something. To hold it back, set <see cref="ChildOutputStream.IsReading"/> to false.</summary>
    /// <param name="child">The child.</param>
    /// <param name="pipe">Where.</param>
    /// <param name="data">The bytes, valid during the call.</param>
    void DataReceived(ChildProcess child, ChildPipe pipe, ReadOnlySpan<byte> data)
    {
    }

    /// <summary>A write that was refused may be tried again: the queue is empty.</summary>
    /// <param name="child">The child.</param>
    void WritingResumed(ChildProcess child)
    {
    }

    /// <summary>A pipe has come to its end.</summary>
    /// <param name="child">The child.</param>
    /// <param name="pipe">Which.</param>
    /// <param name="error">Null when it was closed by either side; otherwise why, for the input an <see cref="IOException"/> when the child does not read any more.</param>
    void PipeClosed(ChildProcess child, ChildPipe pipe, Exception? error)
    {
    }

    /// <summary>The child has ended, and was reaped.</summary>
    /// <param name="child">The child.</param>
    /// <param name="exit">How.</param>
    void Exited(ChildProcess child, ChildExit exit)
    {
    }

    /// <summary>The child has ended, and all of its pipes. The last callback. It does not come when the loop is disposed before.</summary>
    /// <param name="child">The child.</param>
    void Closed(ChildProcess child)
    {
    }
}
