using Mainspring.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The log's way to standard error, here to a pipe whose reader takes its time.</summary>
public sealed class StandardErrorCases
{
    private const int Length = 300_000; // more than a pipe holds

    [Case]
    public void Write_ToADescriptorThatSomebodyMadeNonBlocking_WaitsAndLosesNothing()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe(); // non-blocking
        using (read)
        using (write)
        {
            using var stream = new StandardError(write);
            Worker writer = Worker.Start(() => stream.Write(new byte[Length]));
            int received = 0;
            while (received < Length)
            {
                Check.True(Sys.IsReadable(read, (int)Patience.Long.TotalMilliseconds), $"{received} bytes have come, of {Length}");
                received += Math.Max(0, Sys.Read(read, 4096));
            }

            writer.Join();
            Check.Equal(Length, received);
            Check.False(Sys.IsReadable(read), "and no more");
        }
    }

    [Case]
    public void Write_WithoutAReader_IsAnErrorThatNamesStandardError()
    {
        (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
        read.Dispose();
        using (write)
        {
            using var stream = new StandardError(write);
            Exception error = Check.Throws<IOException>(() => stream.Write("x"u8));
            Check.Contains("standard error", error.Message);
        }
    }
}
