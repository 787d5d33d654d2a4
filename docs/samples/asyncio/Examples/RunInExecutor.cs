using Mainspring.Processes;

namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's three executors: the default one, a thread pool of one's own, and another process.</summary>
internal static class RunInExecutor
{
    public static void Run() => LoopRunner.Run(async Task (token) =>
    {
        MainLoop loop = LoopPolicy.GetRunningLoop();
        byte[] result = await loop.RunInExecutor(BlockingIo, token);
        Console.WriteLine($"default thread pool {Convert.ToHexString(result)}");

        await using (var pool = new ThreadExecutor(threads: 4))
        {
            result = await loop.RunInExecutor(pool, BlockingIo, token);
            Console.WriteLine($"custom thread pool {Convert.ToHexString(result)}");
        }

        // A process shares nothing with this one, so it is given its work by arguments or standard input.
        string program = Path.Combine(AppContext.BaseDirectory, "mainspring-asyncio");
        ProcessResult process = await loop.RunProcess(
            File.Exists($"{program}.dll") ? new ProcessOptions("dotnet", $"{program}.dll", "cpu-bound") : new ProcessOptions(Environment.ProcessPath!, "cpu-bound"),
            cancellationToken: token);
        Console.WriteLine($"custom process pool {process.OutputText.TrimEnd()}");
    });

    public static void WorkInAnotherProcess()
    {
        UInt128 sum = 0;
        for (UInt128 i = 0; i < 10_000_000; i++)
        {
            sum += i * i;
        }

        Console.WriteLine(sum);
    }

    private static byte[] BlockingIo()
    {
        using FileStream file = File.OpenRead("/dev/urandom");
        byte[] bytes = new byte[100];
        file.ReadExactly(bytes);
        return bytes;
    }
}
