using System.CommandLine;

namespace Mainspring.Pi;

/// <summary><c>monitor FILE</c>: runs a configuration, and shows what it does on the terminal, live.</summary>
internal static class MonitorCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration." };
        var simulate = new Option<bool>("--simulate") { Description = RunCommand.SimulateConfig };
        Option<double?> duration = RunCommand.For();
        Option<string?> backend = RunCommand.Backend();
        var monitor = new Command("monitor", "Run a configuration and show its ports, lines, sensors and rules on the terminal, five times a second. Ctrl-C ends it.") { file, simulate, duration, backend };
        monitor.SetAction(result => CheckCommand.Load(result.GetRequiredValue(file), out int code) is { } config
            ? MachineHost.Run(new MachineSettings(config, result.GetValue(simulate), null, RunCommand.Seconds(result.GetValue(duration)), Json: false, Quiet: false, Monitor: true, Backends.Of(result.GetValue(backend))))
            : code);
        return monitor;
    }
}
