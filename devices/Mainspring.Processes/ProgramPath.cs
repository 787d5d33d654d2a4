using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Finds programs, as execvp(3) does; but says what it has found.</summary>
[SupportedOSPlatform("linux")]
internal static class ProgramPath
{
    private const string Default = "/bin:/usr/bin"; // confstr(_CS_PATH)

    /// <summary>The path of a program.</summary>
    /// <exception cref="IOException">It is in no folder of PATH.</exception>
    public static string Find(ProcessOptions options)
    {
        if (options.FileName.Contains('/', StringComparison.Ordinal))
        {
            return options.FileName;
        }

        string path = (options.Environment.TryGetValue("PATH", out string? own) ? own : options.InheritEnvironment ? System.Environment.GetEnvironmentVariable("PATH") : null) ?? Default;
        string? forbidden = null;
        foreach (string folder in path.Split(':'))
        {
            string candidate = Path.GetFullPath(Path.Combine(folder, options.FileName));
            if (File.Exists(candidate))
            {
                if (Libc.Access(candidate, ProcessAbi.Executable) == 0)
                {
                    return candidate;
                }

                forbidden ??= candidate;
            }
        }

        throw ProcessErrors.NotInPath(options.FileName, path, forbidden);
    }
}
