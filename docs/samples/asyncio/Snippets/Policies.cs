namespace Mainspring.Samples.Asyncio;

/// <summary>Policies: which loop is whose, and what a loop is.</summary>
internal static class Policies
{
    public static readonly Sample[] All =
    [
        new(nameof(GetAndSetPolicy), GetAndSetPolicy),
        new(nameof(PolicyMembers), PolicyMembers),
    ];

    private static void GetAndSetPolicy()
    {
        var mine = new ThreadLoopPolicy();
        LoopPolicy.Current = mine;
        Console.WriteLine(LoopPolicy.Current == mine);
        LoopPolicy.Current = null; // the default again
        Console.WriteLine(LoopPolicy.Current == mine);
    }

    private static void PolicyMembers()
    {
        ILoopPolicy policy = LoopPolicy.Current;
        using MainLoop loop = policy.NewLoop();
        policy.SetLoop(loop);
        Console.WriteLine(policy.GetLoop() == loop);
        policy.SetLoop(null);
        try
        {
            policy.GetLoop();
        }
        catch (InvalidOperationException)
        {
            Console.WriteLine("there is none");
        }
    }
}
