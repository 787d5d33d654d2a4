namespace Mainspring.Pi;

/// <summary>A configuration, and what the command line says about it.</summary>
/// <param name="Simulate">On simulated devices.</param>
/// <param name="Hz">Frames per second in place of the configuration's; null leaves it that.</param>
/// <param name="For">How long to run; null runs until a signal.</param>
/// <param name="Json">One JSON object per line instead of text.</param>
/// <param name="Quiet">Nothing but the summary, and errors.</param>
/// <param name="Monitor">A live view on the terminal instead of lines.</param>
/// <param name="Backend">Whose code drives the devices.</param>
internal sealed record MachineSettings(MachineConfig Config, bool Simulate, double? Hz, TimeSpan? For, bool Json, bool Quiet, bool Monitor, Backend Backend);
