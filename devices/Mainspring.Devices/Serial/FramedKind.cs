namespace Mainspring.Devices;

/// <summary>What a framer found.</summary>
public enum FramedKind
{
    /// <summary>The input is used up, and no message has ended in it.</summary>
    None,

    /// <summary>A message.</summary>
    Message,

    /// <summary>The end of a message that was over the limit and is dropped.</summary>
    TooLong,

    /// <summary>The end of a message that cannot be what was sent and is dropped: its encoding is wrong, or a break or a wrong character fell into it.</summary>
    Garbled,
}
