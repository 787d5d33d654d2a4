namespace Mainspring.Devices.Iot;

/// <summary>What went wrong with a <see cref="System.Device.Gpio.GpioController"/>, in words. Its drivers throw what they like: each becomes an <see cref="IOException"/> with theirs inside.</summary>
internal static class ControllerErrors
{
    private const string Native = "LinuxGpioLines has it, on Linux";

    /// <summary>The controller or one of its pins could not be had.</summary>
    public static IOException Opening(string device, string what, Exception exception) => new($"{device}: {what}: {Cause(exception)}", exception);

    /// <summary>Lines could not be read or written.</summary>
    public static IOException Using(string device, string what, Exception exception) =>
        new($"{device}: {what}: {Cause(exception)} The chip is gone; wait for GpioConnected.", exception);

    /// <summary>The lines are not ours.</summary>
    public static IOException NotOpen(string device, bool isReleasing) => new(isReleasing
        ? $"{device}: the lines are still being released by their last use, which may take 100 ms; wait for GpioConnected."
        : $"{device}: the lines are not requested; add them to a loop and wait for GpioConnected.");

    /// <summary>Somebody else has opened a pin in the same controller.</summary>
    public static IOException InUse(string device, int pin) => new($"{device} line {pin}: in use: it is open in this controller; close it there, or take another line.");

    /// <summary>Throws when lines need what the package does not offer.</summary>
    /// <exception cref="ArgumentException">They do; the message says what.</exception>
    public static void CheckSupported(GpioOptions options)
    {
        if (options.EventClock != GpioEventClock.Monotonic)
        {
            throw new ArgumentException($"GpioOptions.EventClock is {options.EventClock}: System.Device.Gpio gives edges no time at all, so the loop's clock is read when they come; leave it Monotonic. {Native}.", nameof(options));
        }

        foreach (GpioLine line in options.Lines)
        {
            string? lacks = line switch
            {
                { Name: not null } => "knows lines by their numbers only; use the number",
                { Drive: not GpioDrive.PushPull } => $"has no {nameof(GpioLine.Drive)} but {GpioDrive.PushPull}",
                { Direction: GpioDirection.Output, Bias: not GpioBias.AsIs } => $"has no {nameof(GpioLine.Bias)} for outputs",
                _ => null,
            };
            if (lacks is not null)
            {
                throw new ArgumentException($"GPIO {line.Label}: System.Device.Gpio {lacks}. {Native}.", nameof(options));
            }
        }
    }

    private static string Cause(Exception exception)
    {
        Exception cause = exception.GetBaseException();
        string text = cause.Message.TrimEnd('.');
        return cause switch
        {
            DllNotFoundException => $"{text}. Install the native library that the driver needs (Debian: libgpiod), or give the driver that fits.",
            PlatformNotSupportedException => $"{text}. This machine has no driver that is found by itself: give the GpioController yours.",
            UnauthorizedAccessException => $"{text}. Add the user to the group 'gpio': sudo usermod -aG gpio NAME, then log in again.",
            _ => $"{text}.",
        };
    }
}
