using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Perf.Measurements;

/// <summary>A source that answers each byte with one.</summary>
internal sealed unsafe class ByteEcho(int from, int to) : IPollableSource
{
    /// <summary>How many bytes come back before <see cref="Done"/>; a far end is never done.</summary>
    public long Left { get; set; } = long.MaxValue;

    /// <summary>What is called instead of the last answer.</summary>
    public Action? Done { get; set; }

    public string Name { get; } = $"echo:{from}";

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
            Done!();
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
