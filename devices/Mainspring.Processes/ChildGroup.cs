namespace Mainspring.Processes;

/// <summary>Which process group a child process belongs to (setpgid(2), setsid(2)); on Windows its job object and console.</summary>
public enum ChildGroup
{
    /// <summary>That of this process: Ctrl-C at the terminal reaches both.</summary>
    Parent,

    /// <summary>A new one that it leads, with all processes that it starts: <see cref="ChildProcess.KillGroup"/> ends them together, and Ctrl-C at the terminal does not reach them.</summary>
    New,

    /// <summary>A new session that it leads, without a terminal, and in it a new group. On Windows it has a console that nobody sees.</summary>
    NewSession,
}
