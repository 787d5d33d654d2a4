namespace Mainspring;

/// <summary>One fixed step of the simulation. It is made of integers only, so that the same steps come again bit for bit.</summary>
/// <param name="Index">Its number, from 0; no number is ever left out. Before the first step: -1.</param>
/// <param name="Time">The simulated time at which it begins: <paramref name="Index"/> times <paramref name="Length"/>, exactly. The state after it stands for Time + Length.</param>
/// <param name="Length">Its length, always the same; zero in a loop without <see cref="LoopOptions.FixedStep"/>.</param>
public readonly record struct FixedStep(long Index, TimeSpan Time, TimeSpan Length);
