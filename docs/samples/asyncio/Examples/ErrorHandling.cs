namespace Mainspring.Samples.Asyncio;

/// <summary>The guide's <c>try</c> around every call: the loop has it, and asks the handler.</summary>
internal static class ErrorHandling
{
    public static void Run()
    {
        using var loop = new MainLoop();
        loop.UnhandledException += static error =>
        {
            Console.WriteLine($"Erreur boucle : {error.Exception.Message}");
            error.Handled = true;
        };
        loop.CallSoon(() => throw new FormatException("raté"));
        loop.CallSoon(() => Console.WriteLine("la suite"));
        loop.Run(new RunOptions { UntilIdle = true });
    }
}
