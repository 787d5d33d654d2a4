namespace Mainspring.Samples.Asyncio;

/// <summary>asyncio's <c>MyEventLoopPolicy</c>: does something with every loop that is asked for.</summary>
internal static class MyEventLoopPolicyExample
{
    public static void Run()
    {
        LoopPolicy.Current = new MyEventLoopPolicy();
        LoopPolicy.SetLoop(LoopPolicy.NewLoop());
        using MainLoop loop = LoopPolicy.GetLoop();
        LoopPolicy.Current = null;
    }

    private sealed class MyEventLoopPolicy : ThreadLoopPolicy
    {
        public override MainLoop GetLoop()
        {
            MainLoop loop = base.GetLoop();
            Console.WriteLine($"asked for loop '{loop.Name}'");
            return loop;
        }
    }
}
