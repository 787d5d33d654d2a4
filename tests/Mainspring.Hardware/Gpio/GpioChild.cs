using System.Runtime.InteropServices;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>The program that <see cref="GpioSafeCases"/> ends in several ways: it drives a line and disposes nothing.</summary>
internal static class GpioChild
{
    public const string Argument = "gpio-child";

    public static int Run(string how)
    {
        var loop = new MainLoop(new LoopOptions { ErrorPolicy = ErrorPolicy.Stop });
        var lines = new LinuxGpioLines("child", new GpioOptions { Lines = [GpioLine.Output(0) with { Safe = false }] });
        loop.Add(lines);
        lines.Write(0, true);
        using PosixSignalRegistration? end = how != "handle" ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            loop.Stop();
        });
        Console.WriteLine("high");
        switch (how)
        {
            case "throw":
                throw new InvalidOperationException("the child's own problem");
            case "stop":
                loop.CallLater(TimeSpan.FromMilliseconds(1), static () => throw new InvalidOperationException("a callback's problem"));
                loop.Run();
                break;
            case "run" or "handle":
                loop.Run();
                break;
        }

        return 0;
    }
}
