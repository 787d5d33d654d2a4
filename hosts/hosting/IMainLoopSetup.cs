namespace Mainspring.Hosting;

/// <summary>Adds sources, jobs and callbacks to the host's loop before it runs. Made by the container, so its constructor takes services.</summary>
public interface IMainLoopSetup
{
    /// <summary>Called once, on the loop's thread, in the order of registration. The host has started only when all have returned; an exception fails its start.</summary>
    /// <param name="loop">The loop.</param>
    void Setup(MainLoop loop);
}
