using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>
/// Stands for the message queue of the loop's thread, as the <see cref="IPollableSource.Handle"/> of a source that pumps messages: on Windows the loop's one wait then ends for messages too
/// (MsgWaitForMultipleObjectsEx), and the source is dispatched with <see cref="PollEvents.Readable"/> as long as some are in the queue. The source takes all of them (PeekMessage, without a window or a range of
/// messages, so that none is left: one that stays keeps the loop awake), on the thread that runs the loop, which has to be the one that has made the windows.
/// </summary>
[SupportedOSPlatform("windows")]
public sealed class MessageQueue : SafeHandle
{
    /// <summary>The queue of whichever thread runs the loop.</summary>
    /// <exception cref="PlatformNotSupportedException">This is no Windows.</exception>
    public MessageQueue()
        : base(invalidHandleValue: 0, ownsHandle: false)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("MessageQueue needs Windows, whose threads have one; elsewhere give the descriptor of the display's connection, or implement IPreparedSource.");
        }

        SetHandle(-1);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => true;
}
