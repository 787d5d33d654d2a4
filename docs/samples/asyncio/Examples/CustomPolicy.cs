namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>CustomPolicy</c>: a whole program gets other loops, here ones whose time is virtual.</summary>
internal static class CustomPolicyExample
{
    public static void Run()
    {
        LoopPolicy.Current = new CustomPolicy();
        LoopRunner.Run(static async Task (token) => // which knows nothing of it
        {
            MainLoop loop = LoopPolicy.GetRunningLoop();
            await loop.Delay(TimeSpan.FromDays(1), token);
            Console.WriteLine($"{loop.Name}: a day has passed: {loop.Now == TimeSpan.FromDays(1)}");
        });
        LoopPolicy.Current = null;
    }

    private sealed class CustomPolicy : ThreadLoopPolicy
    {
        public override MainLoop NewLoop() => new(new LoopOptions { Name = "FullLoop", Clock = new VirtualClock() });
    }
}
