namespace Mainspring.Processes;

/// <summary>What becomes of a child process that lives when its loop is disposed.</summary>
public enum ChildDisposal
{
    /// <summary>It is killed, with its group if it leads one. On Windows also when this process ends in any other way.</summary>
    Kill,

    /// <summary>It is left running; its pipes are closed. A helper thread reaps it when it ends.</summary>
    Leave,
}
