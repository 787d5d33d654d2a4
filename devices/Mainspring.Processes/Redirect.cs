using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>Where a standard stream of a child process leads.</summary>
public sealed class Redirect
{
    private Redirect(string name, SafeHandle? target = null) => (Name, Target) = (name, target);

    /// <summary>To where this process's own leads.</summary>
    public static Redirect Inherit { get; } = new("inherit");

    /// <summary>To /dev/null: nothing comes, and what is written is gone.</summary>
    public static Redirect Null { get; } = new("null");

    /// <summary>To the loop, as a stream or to a protocol.</summary>
    public static Redirect Pipe { get; } = new("pipe");

    /// <summary>For <see cref="ProcessOptions.StandardError"/>: to where standard output leads.</summary>
    public static Redirect ToOutput { get; } = new("to output");

    internal SafeHandle? Target { get; }

    private string Name { get; }

    /// <summary>To a descriptor of this process: a file, a socket, a pipe's end. It stays open here, and has to be open when the child is started. On Windows it is best one that is not for overlapped I/O (<see cref="FileOptions.Asynchronous"/>, every socket): most programs cannot read or write those.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>The redirection.</returns>
    public static Redirect To(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return new Redirect("descriptor", descriptor);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
