namespace Mainspring;

/// <summary>What a loop's <see cref="Precision"/> costs and has learned. All zero with <see cref="Precision.Sleep"/> and on a virtual clock.</summary>
/// <param name="Spins">Waits that ended in a spin.</param>
/// <param name="Spun">The processor time that went into them.</param>
/// <param name="Margin">How long before a deadline the loop stops sleeping; with <see cref="Precision.Hybrid"/> it changes with every wait.</param>
public readonly record struct PrecisionStats(long Spins, TimeSpan Spun, TimeSpan Margin);
