namespace Mainspring.Devices;

/// <summary>What lines of a request can have in common: one attribute of the request.</summary>
internal readonly record struct GpioSettings(GpioDirection Direction, GpioEdges Edges, GpioBias Bias, GpioDrive Drive, bool ActiveLow)
{
    public static GpioSettings Of(GpioLine line) => new(line.Direction, line.Edges, line.Bias, line.Drive, line.ActiveLow);
}
