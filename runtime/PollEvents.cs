namespace Mainspring;

/// <summary>What a descriptor is watched for, and what was found (the epoll(7) conditions, by their plain names).</summary>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing. As an argument of <see cref="IEventSource.Dispatch"/>: called for another reason than the descriptor (a wake, a timer, work left over).</summary>
    None = 0,

    /// <summary>There is something to read (EPOLLIN).</summary>
    Readable = 1,

    /// <summary>There is room to write (EPOLLOUT).</summary>
    Writable = 2,

    /// <summary>An exceptional condition, such as out-of-band data or a changed sysfs attribute (EPOLLPRI).</summary>
    Priority = 4,

    /// <summary>The descriptor is in an error state (EPOLLERR). Always reported, asked for or not.</summary>
    Error = 8,

    /// <summary>The other end is gone (EPOLLHUP). Always reported, asked for or not.</summary>
    HangUp = 16,

    /// <summary>Only as an interest, with others: each change is told once instead of in every turn as long as it lasts (EPOLLET), which spares the kernel a second look at each descriptor. The source
    /// then takes what is there until nothing is left, or asks again by <see cref="SourceContext.SetInterest"/>. A frame-locked loop tells it in every frame all the same.</summary>
    Edges = 32,

    /// <summary>The other end sends no more (EPOLLRDHUP). <see cref="Readable"/> says it too; with <see cref="Edges"/> this says that there is an end behind the bytes.</summary>
    ReadHangUp = 64,
}
