using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Finds programs of Windows, so that it is known which one is started: CreateProcess itself would look in folders that nobody has named.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsProgramPath
{
    private static readonly string[] s_extensions = [".exe", ".com", ".bat", ".cmd"];

    /// <summary>The whole path of a program.</summary>
    /// <exception cref="IOException">It is nowhere, or is a batch file.</exception>
    public static string Find(ProcessOptions options)
    {
        string name = options.FileName;
        if (name.AsSpan().IndexOfAny("/\\:") >= 0)
        {
            string path = Path.GetFullPath(name, Path.GetFullPath(options.WorkingDirectory ?? "."));
            return WithExtension(path) is { } whole ? Program(options, whole) : File.Exists(path) ? path : throw WindowsProcessErrors.NotThere(options, path);
        }

        string folders = Variable(options, "PATH") ?? Environment.SystemDirectory;
        string? bare = null; // a script without an extension, as lies beside many a program, is started only if there is nothing else
        foreach (string folder in folders.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string path = Path.GetFullPath(Path.Combine(folder.Trim('"'), name));
            if (WithExtension(path) is { } whole)
            {
                return Program(options, whole);
            }

            bare ??= File.Exists(path) ? path : null;
        }

        return bare ?? throw WindowsProcessErrors.NotInPath(name, folders);
    }

    private static string? WithExtension(string path) => Path.HasExtension(path) && File.Exists(path) ? path : s_extensions.Select(extension => path + extension).FirstOrDefault(File.Exists);

    private static string Program(ProcessOptions options, string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".BAT" or ".CMD" ? throw WindowsProcessErrors.BatchFile(options, path) : path;

    private static string? Variable(ProcessOptions options, string name)
    {
        foreach ((string own, string? value) in options.Environment)
        {
            if (own.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return options.InheritEnvironment ? Environment.GetEnvironmentVariable(name) : null;
    }
}
