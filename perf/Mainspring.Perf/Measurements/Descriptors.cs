using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Perf.Measurements;

/// <summary>A byte goes back and forth between two sources of one loop.</summary>
internal static class Descriptors
{
    public static void Measure(bool useSockets, long rounds)
    {
        using var loop = new MainLoop();
        (int first, int second) = useSockets ? Libc.SocketPair() : (-1, -1);
        (int read1, int write1) = useSockets ? (first, first) : Libc.Pipe();
        (int read2, int write2) = useSockets ? (second, second) : Libc.Pipe();
        var near = new Echo(loop, read1, useSockets ? write1 : write2);
        var far = new Echo(loop, read2, useSockets ? write2 : write1);
        loop.Add(near, RetryPolicy.Never);
        loop.Add(far, RetryPolicy.Never);
        Run(loop, near, rounds / 10);
        Measurement.Time("epoll", rounds, () => Run(loop, near, rounds));
    }

    private static void Run(MainLoop loop, Echo near, long rounds)
    {
        near.Left = rounds;
        near.Write();
        loop.Run();
    }

    private sealed unsafe class Echo(MainLoop loop, int from, int to) : IPollableSource
    {
        /// <summary>How many bytes come back until the loop is stopped; the far end never stops it.</summary>
        public long Left { get; set; } = long.MaxValue;

        public string Name => $"echo:{from}";

        // The descriptor lives as long as the process.
        public SafeHandle Handle { get; } = new SafeFileHandle(from, ownsHandle: false);

        public PollEvents Interest => PollEvents.Readable;

        public void Attach(SourceContext context)
        {
        }

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            byte value;
            if (Libc.Read(from, &value, 1) != 1)
            {
                return 0;
            }

            if (--Left > 0)
            {
                Write();
            }
            else
            {
                loop.Stop();
            }

            return 1;
        }

        public void Write()
        {
            byte value = 1;
            if (Libc.Write(to, &value, 1) != 1)
            {
                throw new IOException($"Descriptor {to} cannot be written to.");
            }
        }

        public void Detach()
        {
        }
    }
}
