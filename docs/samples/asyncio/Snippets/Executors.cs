namespace Mainspring.Samples.Asyncio;

/// <summary>Work that blocks.</summary>
internal static class Executors
{
    public static readonly Sample[] All =
    [
        new(nameof(RunInExecutor), RunInExecutor),
        new(nameof(SetDefaultExecutor), SetDefaultExecutor),
        new(nameof(ShutdownExecutor), ShutdownExecutor),
    ];

    private static void RunInExecutor() => OnALoop(static async loop =>
    {
        Console.WriteLine(await loop.RunInExecutor(static () => Thread.CurrentThread.IsThreadPoolThread));
        using var disk = new ThreadExecutor(threads: 2, "disk");
        Console.WriteLine(await loop.RunInExecutor(disk, static () => Thread.CurrentThread.Name));
    });

    private static void SetDefaultExecutor() => OnALoop(static async loop =>
    {
        loop.DefaultExecutor = new ThreadExecutor(threads: 4, "worker");
        Console.WriteLine(await loop.RunInExecutor(static () => Thread.CurrentThread.Name));
        Console.WriteLine(await loop.ShutdownExecutor()); // ends its threads
    });

    private static void ShutdownExecutor() => OnALoop(static async loop =>
    {
        using var gate = new ManualResetEventSlim();
        loop.RunInExecutor(() =>
        {
            gate.Wait();
            Console.WriteLine("done");
        }).Forget();
        loop.CallSoon(gate.Set);
        Console.WriteLine(await loop.ShutdownExecutor(timeout: TimeSpan.FromMinutes(5)));
        try
        {
            await loop.RunInExecutor(static () => { });
        }
        catch (InvalidOperationException)
        {
            Console.WriteLine("takes no work any more");
        }
    });

    private static void OnALoop(Func<MainLoop, Task> function)
    {
        using var loop = new MainLoop();
        loop.Run(() => function(loop));
    }
}
