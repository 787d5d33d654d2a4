using System.IO.Pipes;
using System.Text;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's example of <c>add_reader</c>: waits until a descriptor has something to read.</summary>
internal static class WatchDescriptor
{
    public static void Run()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        using var loop = new MainLoop();
        loop.AddReader(reader.SafePipeHandle, () =>
        {
            byte[] data = new byte[100];
            int count = reader.Read(data);
            Console.WriteLine($"Received: {Encoding.UTF8.GetString(data, 0, count)}");
            loop.RemoveReader(reader.SafePipeHandle);
            loop.Stop();
        });
        loop.CallSoon(() => writer.Write("abc"u8)); // as if it came from elsewhere
        loop.Run();
    }
}
