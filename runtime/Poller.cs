using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The seam behind which the loop waits: the one place where it blocks. Deadlines are absolute, on the system's monotonic clock, in
/// nanoseconds; a wait never ends before its deadline without a reason. All members but <see cref="Wake"/> belong to the loop's thread.
/// </summary>
internal abstract class Poller : IDisposable
{
    /// <summary>The best poller of this system. On 32-bit Linux the kernel takes times in other structs than ours: there it is the portable one.</summary>
    public static Poller Create(bool portable) =>
        portable ? new PortablePoller()
        : OperatingSystem.IsLinux() && Environment.Is64BitProcess ? new Linux.EpollPoller(Linux.EpollFeatures.All)
        : OperatingSystem.IsWindows() ? new Windows.WindowsPoller()
        : new PortablePoller();

    /// <summary>Whether <see cref="Add"/> works.</summary>
    public abstract bool WatchesDescriptors { get; }

    /// <summary>Watches a descriptor.</summary>
    /// <param name="key">What <see cref="Ready"/> will say; never used for another registration.</param>
    /// <param name="handle">The descriptor; kept open until <see cref="Remove"/>.</param>
    /// <param name="interest">What to watch for.</param>
    /// <param name="name">Whose it is, for messages.</param>
    /// <exception cref="IOException">It cannot be watched; the message says why.</exception>
    public abstract void Add(long key, SafeHandle handle, PollEvents interest, string name);

    /// <summary>Changes what a descriptor is watched for.</summary>
    public abstract void Modify(long key, PollEvents interest);

    /// <summary>Stops watching. Never throws; a descriptor that was closed behind the loop's back is no error here.</summary>
    public abstract void Remove(long key);

    /// <summary>Blocks until something is ready, <see cref="Wake"/> was called, or the deadline has passed.</summary>
    /// <param name="deadlineNs">0 does not block; <see cref="long.MaxValue"/> blocks without end.</param>
    /// <param name="onlyWakes">Leave descriptors alone until the deadline.</param>
    /// <returns>How many are ready.</returns>
    public abstract int Wait(long deadlineNs, bool onlyWakes = false);

    /// <summary>The <paramref name="index"/>th of what the last <see cref="Wait"/> found.</summary>
    public (long Key, PollEvents Events) Ready(int index) => Found[index];

    /// <summary>Ends the present <see cref="Wait"/>, or the next one. Any thread, also after <see cref="Dispose"/>.</summary>
    public abstract void Wake();

    /// <summary>Whether a descriptor is ready now, without taking it.</summary>
    public abstract bool HasReady();

    /// <summary>The descriptor for a foreign loop, or null where there is none: readable when a descriptor is ready, after <see cref="Wake"/>, and from the
    /// deadline of <see cref="ArmDescriptor"/> on. It stays the same.</summary>
    /// <param name="onlyWakes">Leave descriptors out.</param>
    public virtual SafeHandle? Expose(bool onlyWakes) => null;

    /// <summary>Lets the exposed descriptor become readable at the deadline.</summary>
    public abstract void ArmDescriptor(long deadlineNs);

    /// <summary>
    /// Blocks another thread than the loop's until what <see cref="Expose"/> gives would be readable: a descriptor is ready, <see cref="Wake"/> was called, or the deadline of
    /// <see cref="ArmDescriptor"/> has passed. It takes nothing away. To be called between two ticks.
    /// </summary>
    public abstract void WaitForNews();

    /// <summary>Makes waits of this thread as precise as the system can, until <see cref="ReleaseThread"/>.</summary>
    public virtual void OwnThread()
    {
    }

    /// <summary>Undoes <see cref="OwnThread"/>.</summary>
    public virtual void ReleaseThread()
    {
    }

    public abstract void Dispose();

    /// <summary>Told of a handle that somebody else has closed, and that is not watched any more: its key, and why. Within a wait, or <see cref="HasReady"/>; that wait ends. Only Windows tells.</summary>
    public Action<long, IOException>? OnLost { get; set; }

    /// <summary>What the last <see cref="Wait"/> found. Plain memory: it is read more than once for each descriptor, to know what comes next.</summary>
    protected (long Key, PollEvents Events)[] Found { get; set; } = [];
}
