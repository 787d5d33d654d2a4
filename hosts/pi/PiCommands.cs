using System.CommandLine;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary>The command line. Exit codes: 0 done, 1 the device or the system refuses or the summary could not be written, 2 bad arguments or a wrong configuration, 141 nobody reads the output any more.</summary>
internal static class PiCommands
{
    public static int Invoke(string[] args) => HostCommand.Invoke("mainspring-pi", new RootCommand("Mainspring on a Raspberry Pi: one loop that drives a machine's devices.")
    {
        RunCommand.Build(),
        CheckCommand.Build(),
        ListCommand.Build(),
        MonitorCommand.Build(),
    }, args);
}
