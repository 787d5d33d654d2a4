using System.IO.Pipes;
using System.Text;

namespace Mainspring.Samples.Asyncio;

/// <summary>The talk's <c>SelectorEventLoop</c>: <c>compute_timeout</c> is <see cref="MainLoop.NextDeadline"/>, and <c>select</c> a tick.</summary>
internal static class SelectorEventLoop
{
    public static void Run()
    {
        using var c = new AnonymousPipeServerStream(PipeDirection.Out);
        using var s = new AnonymousPipeClientStream(PipeDirection.In, c.ClientSafePipeHandle);
        using var loop = new MainLoop();
        loop.AddReader(s.SafePipeHandle, () =>
        {
            byte[] data = new byte[100];
            Console.WriteLine($"Received: b'{Encoding.UTF8.GetString(data, 0, s.Read(data))}'");
        });
        c.Write("abc"u8);
        loop.Tick(TimeSpan.FromSeconds(10)); // until the event, at the most
    }
}
