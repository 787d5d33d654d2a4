using System.Diagnostics;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Hardware.Input;

/// <summary>Input devices of a real kernel.</summary>
public sealed class InputCases
{
    [Case]
    public void List_SaysWhatTheDeviceSays_WithoutOpeningIt()
    {
        using var keyboard = new UserInputDevice(InputLayout.Keyboard with { Name = "Listed keyboard" });
        using var bench = new InputBench(new UinputRig(InputLayout.Gamepad with { Name = "Listed pad", Vendor = 0x45e }));
        InputDeviceInfo listed = LinuxInputDevice.List().Single(static device => device.Name == "Listed pad");
        InputDeviceInfo open = bench.Device.Info!;
        Check.Equal((open.Bus, open.Vendor, open.Product, open.Version, open.Kinds), (listed.Bus, listed.Vendor, listed.Product, listed.Version, listed.Kinds));
        Check.Sequence(open.Capabilities.Keys, listed.Capabilities.Keys);
        Check.Sequence(open.Capabilities.Axes, listed.Capabilities.Axes);
        Check.Equal(null, listed.Problem);
        InputDeviceInfo other = LinuxInputDevice.List().Single(static device => device.Name == "Listed keyboard");
        Check.Equal(keyboard.Path, other.Path);
        Check.Equal(InputKinds.Keys | InputKinds.Keyboard, other.Kinds);
        Check.Sequence(InputLayout.Keyboard.Leds.Order(), other.Capabilities.Leds);
    }

    [Case]
    public void KernelTime_IsOnTheLoopsClock()
    {
        using var bench = new InputBench(new UinputRig(InputLayout.Keyboard));
        TimeSpan before = bench.Loop.TimeProvider.GetElapsedTime(0), kernelBefore = Stopwatch.GetElapsedTime(0);
        (TimeSpan Time, TimeSpan Kernel) seen = default;
        bench.Source.On((in InputKey key, in EventInfo _) => seen = (key.Time, key.KernelTime));
        bench.Script.Press(InputKeyCode.A).Report();
        TimeSpan after = bench.Loop.TimeProvider.GetElapsedTime(0), kernelAfter = Stopwatch.GetElapsedTime(0);
        bench.Until("frame");
        var tick = TimeSpan.FromMicroseconds(2); // the kernel gives microseconds
        Check.True(seen.Kernel >= kernelBefore - tick && seen.Kernel <= kernelAfter, $"{kernelBefore} {seen.Kernel} {kernelAfter}");
        Check.True(seen.Time >= before - tick && seen.Time <= after + tick, $"{before} {seen.Time} {after}");
    }

    [Case]
    public void Grab_TakesTheEventsAway_AndASecondOneIsRefused()
    {
        using var bench = new InputBench(new UinputRig(InputLayout.Keyboard));
        string path = ((UinputRig)bench.Rig).User.Path;
        var grabbing = new LinuxInputDevice(path, new InputOptions { Grab = true });
        SourceHandle grabbed = bench.Loop.Add(grabbing);
        int keys = 0;
        grabbed.On((in InputKey _, in EventInfo _) => keys++);
        Check.Contains("another program has grabbed it", Check.Throws<IOException>(() => bench.Loop.Add(new LinuxInputDevice(path, new InputOptions { Grab = true }))).Message);
        bench.Script.Press(InputKeyCode.A).Report();
        Pump.Until(bench.Loop, () => keys == 1);
        Check.Equal(0, bench.Trace.Count);
        grabbed.Remove();
        bench.Script.Release(InputKeyCode.A).Press(InputKeyCode.B).Report();
        bench.Expect("B down", "frame"); // nobody saw A go down here
    }

    [Case]
    public void Counts_AreThoseOfEvtest()
    {
        const int Frames = 100;
        using var bench = new InputBench(new UinputRig(InputLayout.Gamepad));
        UserInputDevice user = ((UinputRig)bench.Rig).User;
        using Process evtest = Process.Start(new ProcessStartInfo("evtest", user.Path) { RedirectStandardOutput = true, UseShellExecute = false })!;
        int lines = 0;
        bool isReady = false;
        evtest.OutputDataReceived += (_, line) =>
        {
            isReady |= line.Data?.StartsWith("Testing", StringComparison.Ordinal) == true;
            lines += line.Data?.StartsWith("Event: time", StringComparison.Ordinal) == true ? 1 : 0;
        };
        evtest.BeginOutputReadLine();
        Pump.Until(bench.Loop, () => Volatile.Read(ref isReady));
        for (int i = 1; i <= Frames; i++)
        {
            user.MoveTo(InputAxisCode.X, i).MoveTo(InputAxisCode.Y, -i).Write(1, (ushort)InputKeyCode.ButtonSouth, i & 1).Report();
            Pump.Until(bench.Loop, () => bench.FrameEvents == 4 * i && Volatile.Read(ref lines) >= 4 * i); // evtest is slow, and would lose some
        }

        evtest.Kill();
        evtest.WaitForExit();
        Check.Equal((4L * Frames, 4L * Frames), (user.Written, bench.FrameEvents));
        Check.Equal((int)user.Written, lines);
        Check.Equal((long)bench.Trace.Count, user.Written);
        Check.Equal(0L, bench.Source.Counters.Lost);
    }

    [Case]
    public void Flood_ReadNowAndThen_LosesAndSaysSo_AndTheStateIsRight()
    {
        using var bench = new InputBench(new UinputRig(InputLayout.Gamepad));
        var random = new Random(4);
        IReadOnlyList<InputKeyCode> keys = InputLayout.Gamepad.Keys;
        var pressed = new HashSet<InputKeyCode>();
        var followed = new HashSet<InputKeyCode>(); // by events alone
        int x = 0, followedX = 0;
        bench.Source
            .On((in InputKey key, in EventInfo _) => Check.True(key.IsPressed ? followed.Add(key.Code) : followed.Remove(key.Code), "each press and each release is news"))
            .On((in InputAxis axis, in EventInfo _) => followedX = axis.Code == InputAxisCode.X ? axis.Value : followedX);
        for (int round = 0; round < 300; round++)
        {
            for (int i = random.Next(1, 400); i > 0; i--)
            {
                InputKeyCode key = keys[random.Next(keys.Count)];
                bool isPressed = !pressed.Remove(key);
                if (isPressed)
                {
                    pressed.Add(key);
                }

                x = random.Next(-30000, 30000);
                (isPressed ? bench.Script.Press(key) : bench.Script.Release(key)).MoveTo(InputAxisCode.X, x).Report();
            }

            for (int i = random.Next(3); i > 0; i--)
            {
                bench.Loop.Tick();
            }

            bench.Trace.Clear();
        }

        Pump.Until(bench.Loop, () => followed.SetEquals(pressed) && followedX == x);
        Pump.Ticks(bench.Loop, 10);
        Check.True(followed.SetEquals(pressed) && followedX == x && bench.Device.Axis(InputAxisCode.X) == x);
        Check.True(keys.All(key => bench.Device.IsPressed(key) == pressed.Contains(key)));
        Check.True(bench.Source.Counters.Lost > 0, "there was a flood");
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void HotPlug_AHundredTimes_IsSeenAtOnce_AndLeavesNoDescriptor()
    {
        const int Turns = 100;
        using var loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
        var watch = new LinuxInputWatch();
        int added = 0, removed = 0, connected = 0, disconnected = 0, ups = 0;
        loop.Add(watch)
            .On((in InputDeviceAdded e, in EventInfo _) => added += e.Device.Name == "Plugged" ? 1 : 0)
            .On((in InputDeviceRemoved e, in EventInfo _) => removed += e.Device.Name == "Plugged" ? 1 : 0);
        var folder = new DeviceFolderWatch("/dev/input");
        loop.Add(folder);
        var layout = InputLayout.Keyboard with { Name = "Plugged" };
        var user = new UserInputDevice(layout);
        string path = user.Path;
        var device = new LinuxInputDevice(path);
        // Without the watch it would be tried again after an hour.
        SourceHandle source = loop.Add(device, new RetryPolicy { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) })
            .On((in InputConnected _, in EventInfo _) => connected++)
            .On((in InputDisconnected _, in EventInfo _) => disconnected++)
            .On((in InputKey key, in EventInfo _) => ups += key is { IsPressed: false, IsSynthetic: true } ? 1 : 0);
        folder.Reopen(source, path);
        Pump.Until(loop, () => connected == 1 && added == 1);
        int descriptors = Descriptors();
        for (int turn = 1; turn <= Turns; turn++)
        {
            user.Press(InputKeyCode.A).Report();
            Pump.Until(loop, () => device.IsPressed(InputKeyCode.A));
            user.Dispose();
            if (turn % 2 == 0)
            {
                Pump.Until(loop, () => disconnected == turn && removed == turn);
            }

            user = new UserInputDevice(layout);
            Check.Equal(path, user.Path, "the kernel gives the lowest number that is free");
            Pump.Until(loop, () => connected == turn + 1 && added == turn + 1);
            Check.Equal((turn, turn, turn), (disconnected, removed, ups));
        }

        Check.Equal(descriptors, Descriptors());
        user.Dispose();
        Pump.Until(loop, () => removed == Turns + 1 && disconnected == Turns + 1);
    }

    [Case]
    public void Silent_CostsNoWakeUp()
    {
        using var bench = new InputBench(new UinputRig(InputLayout.Gamepad));
        var watch = new LinuxInputWatch();
        bench.Loop.Add(watch);
        Pump.Ticks(bench.Loop, 20);
        long before = bench.Loop.Counters.Ticks;
        bench.Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(300) });
        Check.True(bench.Loop.Counters.Ticks - before <= 3, $"{bench.Loop.Counters.Ticks - before} ticks");
    }

    [Case]
    public void OtherNodes_AreRefusedByName()
    {
        using var loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
        Check.Contains("/dev/uinput: is not an event device", Check.Throws<IOException>(() => loop.Add(new LinuxInputDevice("/dev/uinput"))).Message);
        Check.Contains("/dev/ttyS1: is not an event device", Check.Throws<IOException>(() => loop.Add(new LinuxInputDevice("/dev/ttyS1"))).Message);
        Check.Contains("/dev/input: is not an event device", Check.Throws<IOException>(() => loop.Add(new LinuxInputDevice("/dev/input"))).Message);
        Check.Contains("/dev/input/event99: there is no such device", Check.Throws<IOException>(() => loop.Add(new LinuxInputDevice("/dev/input/event99"))).Message);
    }

    [Case]
    public void Led_ReachesTheDevice()
    {
        using var bench = new InputBench(new UinputRig(InputLayout.Keyboard));
        UserInputDevice user = ((UinputRig)bench.Rig).User;
        Check.True(bench.Device.TrySetLed(InputLedCode.CapsLock, true));
        bench.Expect("CapsLock lit", "frame");
        Check.True(user.TryReadLed(out InputLedCode led, out bool isLit));
        Check.Equal((InputLedCode.CapsLock, true), (led, isLit));
        Check.False(user.TryReadLed(out _, out _));
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
