namespace Mainspring.Devices;

/// <summary>A line of a chip was requested, released or reconfigured, by whatever program.</summary>
/// <param name="Change">What has happened.</param>
/// <param name="Line">The line as it is now.</param>
/// <param name="Time">When, on the loop's clock, rounded down to 100 ns.</param>
/// <param name="KernelTimeNs">When, in nanoseconds of CLOCK_MONOTONIC.</param>
public readonly record struct GpioLineChanged(GpioChange Change, GpioLineInfo Line, TimeSpan Time, long KernelTimeNs);
