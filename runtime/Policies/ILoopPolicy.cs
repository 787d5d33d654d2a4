namespace Mainspring;

/// <summary>
/// Decides which loop belongs to what runs here, and how loops are made: asyncio's event loop policy. The members may be called from any thread, each on behalf of the calling one. A policy that changes only
/// some of it inherits from <see cref="ThreadLoopPolicy"/>.
/// </summary>
public interface ILoopPolicy
{
    /// <summary>The loop of the present context. It is never null.</summary>
    /// <returns>The loop.</returns>
    /// <exception cref="InvalidOperationException">There is none, and the policy makes none.</exception>
    MainLoop GetLoop();

    /// <summary>Makes a loop the one of the present context.</summary>
    /// <param name="loop">The loop; null leaves the context without one. The one before is not disposed.</param>
    void SetLoop(MainLoop? loop);

    /// <summary>Makes a loop, and sets it nowhere. It belongs to the caller, who disposes it.</summary>
    /// <returns>The loop.</returns>
    MainLoop NewLoop();
}
