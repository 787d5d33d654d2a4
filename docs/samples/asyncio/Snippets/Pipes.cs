using Mainspring.Net;

namespace Mainspring.Samples.Asyncio;

/// <summary>Pipes, standard input and standard output.</summary>
internal static class Pipes
{
    public static readonly Sample[] All =
    [
        new(nameof(ReadAndWritePipe), ReadAndWritePipe),
        new(nameof(StandardStreams), StandardStreams),
    ];

    private static void ReadAndWritePipe()
    {
        using var loop = new MainLoop();
        loop.Run(async Task () =>
        {
            (Connection read, Connection write) = loop.OpenPipe(); // OpenReadPipe and OpenWritePipe take descriptors that are there
            write.Write("through a pipe\n"u8);
            Console.WriteLine(await read.ReadLine());
            write.Close();
            read.Close();
        });
    }

    private static void StandardStreams()
    {
        using var loop = new MainLoop();
        loop.Run(async Task () =>
        {
            await using Connection input = loop.OpenStandardInput(); // a pipe, a terminal or a file
            string? line = await input.ReadLine();
            Console.Out.Flush();
            await using Connection output = loop.OpenStandardOutput();
            output.Write(System.Text.Encoding.UTF8.GetBytes($"read: {line}\n"));
            await output.Drain();
        });
    }
}
