using System.Runtime.InteropServices;

namespace Mainspring.Embed;

/// <summary><c>ms_frame</c> of mainspring.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeFrame(EmbeddedLoop loop, in Frame frame)
{
    private readonly long _index = frame.Index;
    private readonly long _startNs = loop.Times.FromLoop(frame.Start);
    private readonly long _deltaNs = Times.Duration(frame.Delta);
    private readonly long _deadlineNs = loop.Times.FromLoop(frame.Deadline);
    private readonly long _step = loop.Loop.FixedStep.Index;
    private readonly double _interpolation = loop.Loop.Interpolation;
}
