using System.CommandLine;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary><c>check FILE</c>: everything that is wrong in a configuration, without running it.</summary>
internal static class CheckCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration: a JSON file, or an appsettings.json with a section \"Mainspring\". Comments are allowed." };
        var check = new Command("check", "Say what is wrong in a configuration, without touching a device. Exit code 2 when something is.") { file };
        check.SetAction(result => Run(result.GetRequiredValue(file)));
        return check;
    }

    /// <summary>Reads a configuration, and tells what is wrong with it.</summary>
    /// <returns>Null when something is, or it cannot be read; then the exit code says which.</returns>
    public static MachineConfig? Load(string file, out int code)
    {
        code = HostCommand.Done;
        try
        {
            if (MachineReader.Load(file, out ConfigProblems problems) is { } config)
            {
                return config;
            }

            foreach (string message in problems.Messages)
            {
                Console.Error.WriteLine($"mainspring-pi: {message}");
            }

            code = HostCommand.BadArguments;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string reason = exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => "is not there",
                UnauthorizedAccessException => Directory.Exists(file) ? "is a folder" : "may not be read: permission denied",
                _ => $"cannot be read: {exception.Message}",
            };
            Console.Error.WriteLine($"mainspring-pi: {file}: {reason}");
            code = HostCommand.Refused;
        }

        return null;
    }

    private static int Run(string file)
    {
        if (Load(file, out int code) is not { } config)
        {
            return code;
        }

        Console.WriteLine($"{file}: right: {Count(config.Ports.Count, "port")}, {Count(config.Lines.Count, "line")}, {Count(config.Sensors.Count, "sensor")}, {Count(config.Rules.Count, "rule")}");
        return HostCommand.Done;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
