using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>Our end of a pipe, whose reads and writes never block.</summary>
internal abstract class PipeFile : IDisposable
{
    /// <summary>What the loop waits for.</summary>
    public abstract SafeHandle Handle { get; }

    /// <summary>What has to be watched although nobody wants anything, so that a hang-up is noticed.</summary>
    public abstract PollEvents LeastInterest { get; }

    public abstract bool IsClosed { get; }

    /// <summary>Whether the other end is gone, asked where nobody has wanted anything and the loop has told something all the same.</summary>
    public abstract bool HasHungUp { get; }

    /// <summary>Whether something that <see cref="Write"/> has taken is not in the pipe yet.</summary>
    public abstract bool IsWriting { get; }

    /// <summary>Reads what is there.</summary>
    /// <param name="error">0, or what it is; <see cref="ProcessAbi.Again"/> when nothing is there yet.</param>
    /// <returns>How many bytes; 0 without an error is the end.</returns>
    public abstract int Read(Span<byte> buffer, out int error);

    /// <summary>Writes what is taken now.</summary>
    /// <param name="error">0 when all was, and is in the pipe; <see cref="ProcessAbi.Again"/> when it is not; <see cref="ProcessAbi.BrokenPipe"/> when nobody reads any more.</param>
    /// <returns>How many bytes were taken.</returns>
    public abstract int Write(ReadOnlySpan<byte> bytes, out int error);

    /// <summary>Closes it, whatever was not written.</summary>
    public abstract void Dispose();
}
