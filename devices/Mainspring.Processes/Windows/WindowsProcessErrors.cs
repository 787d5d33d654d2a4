using System.Runtime.Versioning;
using Mainspring.Windows;

namespace Mainspring.Processes;

/// <summary>Says why a child process could not be started on Windows, and what to do.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsProcessErrors
{
    public static IOException NotInPath(string name, string path) =>
        Exception($"'{name}' cannot be started: no folder of PATH has such a program ({path}). Install it, or give its path.", ProcessKernel.FileNotFound);

    public static IOException NotThere(ProcessOptions options, string path) => options.WorkingDirectory is { } folder && !Directory.Exists(folder)
        ? NotStarted(options, path, ProcessKernel.BadDirectory)
        : Exception(
            Directory.Exists(path) ? $"'{options.FileName}' cannot be started: {path} is a folder. Give the program in it." : $"'{options.FileName}' cannot be started: there is no {path}. Check the path.",
            ProcessKernel.FileNotFound);

    /// <summary>Windows would start cmd.exe for it, which reads its arguments by other rules than those by which they are quoted.</summary>
    public static IOException BatchFile(ProcessOptions options, string path) =>
        Exception($"'{options.FileName}' cannot be started: {path} is a batch file, which cmd.exe runs, and arguments cannot be given to it as they are. Start the program that it starts; or write the whole line for ProcessOptions.Shell, with nothing in it that comes from outside.", ProcessKernel.BadFormat);

    /// <summary>CreateProcess has failed.</summary>
    public static IOException NotStarted(ProcessOptions options, string path, int error)
    {
        string reason = error switch
        {
            ProcessKernel.BadDirectory or ProcessKernel.InvalidName or ProcessKernel.FileNotFound or ProcessKernel.PathNotFound when options.WorkingDirectory is { } directory && !Directory.Exists(directory) =>
                $"its working directory '{directory}' {(File.Exists(directory) ? "is a file" : "does not exist, or this user may not see it")}. Make it, or give another",
            ProcessKernel.BadDirectory => $"this user may not enter its working directory '{options.WorkingDirectory}'. Give another",
            ProcessKernel.FileNotFound or ProcessKernel.PathNotFound or ProcessKernel.InvalidName => $"there is no {path}. Check the path",
            ProcessKernel.AccessDenied => $"{path} may not be executed by this user, or is held back by a virus scanner or a policy",
            ProcessKernel.SharingViolation => $"{path} is being written by some process. Close it first",
            ProcessKernel.BadFormat or ProcessKernel.MachineMismatch => $"{path} is no program for this machine. Start it with its interpreter",
            ProcessKernel.TooLong => "its arguments are longer than the 32,767 characters that Windows takes. Give it less, or a file",
            ProcessKernel.NeedsElevation => $"{path} asks for the rights of an administrator. Start this program as one",
            ProcessKernel.NotEnoughMemory or ProcessKernel.OutOfMemory => "there is not enough memory",
            ProcessKernel.TooManyOpen => "this process has too many open handles. Close some",
            _ => WindowsErrors.Words(error),
        };
        return Exception($"'{options.FileName}' cannot be started: {reason}.", error);
    }

    /// <summary>A call before or after it has failed: its error is the last one.</summary>
    public static IOException Refused(ProcessOptions options, string call) => WindowsErrors.Last($"'{options.FileName}' cannot be started: {call}");

    private static IOException Exception(string message, int error) => new(message, WindowsErrors.Result(error));
}
