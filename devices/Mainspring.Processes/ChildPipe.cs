namespace Mainspring.Processes;

/// <summary>The standard streams of a child process, by their numbers in it.</summary>
public enum ChildPipe
{
    /// <summary>What it reads.</summary>
    Input = 0,

    /// <summary>What it writes.</summary>
    Output = 1,

    /// <summary>Where it complains.</summary>
    Error = 2,
}
