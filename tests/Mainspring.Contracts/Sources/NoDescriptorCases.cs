using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>A source that has a descriptor on some systems and none on this one.</summary>
public sealed class NoDescriptorCases
{
    [Case]
    public void WithoutADescriptor_APreparedSourceIsOnlyAsked() => Serves(new LoopOptions { Log = new SilentLog() });

    [Case]
    public void WithoutADescriptor_ThePortablePollerTakesItToo() => Serves(new LoopOptions { PortablePoller = true, Log = new SilentLog() });

    [Case]
    public void HasFrames_SaysWhetherOnFrameWorks()
    {
        using var plain = new MainLoop(new LoopOptions { Log = new SilentLog() });
        using var paced = new MainLoop(new LoopOptions { FrameRate = 60, Log = new SilentLog() });
        using var hosted = new MainLoop(new LoopOptions { Pacing = Pacing.Host, Log = new SilentLog() });
        Check.Sequence([false, true, true], [plain.HasFrames, paced.HasFrames, hosted.HasFrames]);
    }

    private static void Serves(LoopOptions options)
    {
        using var loop = new MainLoop(options);
        var source = new Source();
        SourceHandle handle = loop.Add(source);
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.Equal(SourceState.Attached, handle.State);
        Check.True(source.Asked > 2, "it said that the loop may sleep a millisecond");
        handle.Remove();
    }

    private sealed class Source : IPollableSource, IPreparedSource
    {
        public int Asked { get; private set; }

        public string Name => "none";

        public SafeHandle Handle { get; } = new SafeFileHandle(-1, ownsHandle: false);

        public PollEvents Interest => PollEvents.Readable;

        public void Attach(SourceContext context)
        {
        }

        public bool Prepare(ref TimeSpan maxWait)
        {
            Asked++;
            maxWait = TimeSpan.FromMilliseconds(1) < maxWait ? TimeSpan.FromMilliseconds(1) : maxWait;
            return false;
        }

        public int Dispatch(PollEvents ready, int maxEvents) => 0;

        public void Detach()
        {
        }
    }
}
