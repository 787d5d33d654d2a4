using System.IO.Pipes;

namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>IOLoop</c>: descriptors among callbacks and timers, in one wait instead of a look now and then.</summary>
internal static class IoLoop
{
    public static void Run()
    {
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        using var loop = new MainLoop();
        loop.AddReader(reader.SafePipeHandle, () =>
        {
            Console.WriteLine($"lu : {(char)reader.ReadByte()}");
            loop.Stop();
        });
        loop.CallLater(0.01, () => writer.WriteByte((byte)'x'));
        loop.Run();
    }
}
