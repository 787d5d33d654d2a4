namespace Mainspring.Contracts;

/// <summary>Waits for what another thread does, without end of patience that a busy machine could reach.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static void Wait(this ManualResetEventSlim signal, string what)
    {
        if (!signal.Wait(Long))
        {
            throw new TimeoutException($"it has not come: {what}");
        }
    }

    public static void Wait(this CountdownEvent signal, string what)
    {
        if (!signal.Wait(Long))
        {
            throw new TimeoutException($"it has not come: {what}");
        }
    }

    public static void Until(Func<bool> condition, string what)
    {
        if (!SpinWait.SpinUntil(condition, Long))
        {
            throw new TimeoutException($"it has not come: {what}");
        }
    }
}
