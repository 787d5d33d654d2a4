using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>What every <see cref="IInputDevice"/> does with what happens to the device, whether that is simulated or the kernel's.</summary>
public abstract class InputDeviceContract : IDisposable
{
    private InputBench? _bench;

    /// <summary>Makes a device. Throws <see cref="SkipException"/> where the machine lacks what it needs.</summary>
    protected abstract InputRig CreateRig(InputLayout layout);

    /// <summary>The loop's options.</summary>
    protected virtual LoopOptions LoopOptions => new();

    /// <inheritdoc/>
    public void Dispose() => _bench?.Dispose();

    [Case]
    public void Keys_ComeInFrames_AndAreState()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        bench.Script.Press(InputKeyCode.A).Report();
        bench.Expect("A down", "frame");
        Check.True(bench.Device.IsPressed(InputKeyCode.A));
        bench.Script.Press(InputKeyCode.LeftShift).Release(InputKeyCode.A).Report();
        bench.Expect("LeftShift down", "A up", "frame");
        bench.Script.Repeat(InputKeyCode.LeftShift).Report();
        bench.Expect("LeftShift repeats", "frame");
        Check.True(bench.Device.IsPressed(InputKeyCode.LeftShift));
        Check.False(bench.Device.IsPressed(InputKeyCode.A));
    }

    [Case]
    public void Connected_SaysWhatTheDeviceIs()
    {
        InputBench bench = Start(InputLayout.Gamepad with { Name = "Pad", Vendor = 0x1234, Product = 0x5678, Version = 9, Bus = InputBus.Usb });
        InputDeviceInfo info = bench.Device.Info!;
        Check.Equal(("Pad", InputBus.Usb, (ushort)0x1234, (ushort)0x5678, (ushort)9), (info.Name, info.Bus, info.Vendor, info.Product, info.Version));
        Check.Equal(InputKinds.Gamepad, info.Kinds);
        Check.Sequence(InputLayout.Gamepad.Keys.Order(), info.Capabilities.Keys);
        Check.Sequence(InputLayout.Gamepad.Axes.Keys.Order(), info.Capabilities.Axes);
        Check.True(bench.Device.IsOpen);
    }

    [Case]
    public void Gamepad_AxesAreNormalisedByTheirRange()
    {
        InputBench bench = Start(InputLayout.Gamepad);
        double stick = double.NaN, trigger = double.NaN;
        bench.Source.On((in InputAxis axis, in EventInfo _) =>
        {
            stick = axis.Code == InputAxisCode.X ? axis.Deflection : stick;
            trigger = axis.Code == InputAxisCode.Z ? axis.Fraction : trigger;
        });
        bench.Script.Press(InputKeyCode.ButtonSouth).MoveTo(InputAxisCode.X, -32768).MoveTo(InputAxisCode.Z, 51).MoveTo(InputAxisCode.Hat0Y, -1).Report();
        bench.Expect("ButtonSouth down", "X=-32768", "Z=51", "Hat0Y=-1", "frame");
        Check.Equal((-1.0, 0.2), (stick, trigger));
        bench.Script.MoveTo(InputAxisCode.X, 100).Report();
        bench.Expect("X=100", "frame");
        Check.Equal(0.0, stick, "within the flat part");
        bench.Script.MoveTo(InputAxisCode.X, 32767).Report();
        bench.Expect("X=32767", "frame");
        Check.Equal(1.0, stick);
        Check.Equal((32767, 51, -1), (bench.Device.Axis(InputAxisCode.X), bench.Device.Axis(InputAxisCode.Z), bench.Device.Axis(InputAxisCode.Hat0Y)));
        Check.Equal(InputLayout.Gamepad.Axes[InputAxisCode.X], bench.Device.AxisInfo(InputAxisCode.X));
    }

    [Case]
    public void Mouse_MovesAndScrolls()
    {
        InputBench bench = Start(InputLayout.Mouse);
        Check.Equal(InputKinds.Mouse, bench.Device.Info!.Kinds);
        int scrolled = 0;
        bench.Source.On((in InputMotion motion, in EventInfo _) => scrolled += motion.IsScroll ? motion.Delta : 0);
        bench.Script.MoveBy(InputMotionCode.X, 5).MoveBy(InputMotionCode.Y, -3).Report().MoveBy(InputMotionCode.Wheel, -1).Report();
        bench.Expect("X+5", "Y-3", "frame", "Wheel-1", "frame");
        Check.Equal(-1, scrolled);
    }

    [Case]
    public void Touches_BeginMoveAndEnd_SlotBySlot()
    {
        InputBench bench = Start(InputLayout.Touchscreen(1000, 500));
        Check.Equal(InputKinds.Touchscreen, bench.Device.Info!.Kinds);
        bench.Script.Touch(0, 7, 10, 20).Touch(1, 8, 30, 40).Report();
        bench.Expect("touch 0 #7 Down 10,20", "touch 1 #8 Down 30,40", "frame");
        bench.Script.Touch(1, 8, 31, 40).Report();
        bench.Expect("touch 1 #8 Move 31,40", "frame");
        bench.Script.Lift(0).Report();
        bench.Expect("touch 0 #7 Up 10,20", "frame");
        bench.Script.Touch(0, 9, 10, 20).Report();
        bench.Expect("touch 0 #9 Down 10,20", "frame"); // where the last one was: the kernel does not repeat the position
        bench.Script.Touch(0, 10, 11, 20).Report();
        bench.Expect("touch 0 #9 Up 11,20", "touch 0 #10 Down 11,20", "frame");
        bench.Script.Lift(0).Lift(1).Report();
        bench.Expect("touch 0 #10 Up 11,20", "touch 1 #8 Up 31,40", "frame");
    }

    [Case]
    public void Lost_IsSaid_AndTheDifferencesAreMadeUp()
    {
        InputBench bench = Start(InputLayout.Keyboard with { Axes = InputLayout.Touchscreen(1000, 500).Axes, Switches = [InputSwitchCode.Lid] });
        bench.Script.Press(InputKeyCode.A).Press(InputKeyCode.B).MoveTo(InputAxisCode.X, 5).Touch(0, 1, 10, 10).Touch(1, 2, 20, 20).Report();
        bench.Until("frame");
        bench.Script.Release(InputKeyCode.A).Press(InputKeyCode.C).MoveTo(InputAxisCode.Y, 6).Put(InputSwitchCode.Lid, true).Lift(0).Touch(1, 2, 21, 20).Touch(2, 3, 30, 30).Report();
        bench.Rig.Lose();
        bench.Expect("lost", "A up*", "C down*", "Lid on*", "Y=6*", "touch 0 #1 Up 10,10*", "touch 1 #2 Move 21,20*", "touch 2 #3 Down 30,30*", "frame*");
        Check.True(bench.Device.IsPressed(InputKeyCode.B) && bench.Device.IsPressed(InputKeyCode.C) && !bench.Device.IsPressed(InputKeyCode.A));
        Check.Equal((5, 6), (bench.Device.Axis(InputAxisCode.X), bench.Device.Axis(InputAxisCode.Y)));
        Check.True(bench.Source.Counters.Lost > 0);
        Check.Equal(0L, bench.Source.Counters.Errors);
        bench.Script.Release(InputKeyCode.C).Touch(2, 3, 31, 30).Report();
        bench.Expect("C up", "touch 2 #3 Move 31,30", "frame");
    }

    [Case]
    public void Lost_WithoutADifference_IsAnEmptyFrame()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        bench.Script.Press(InputKeyCode.A).Report().Release(InputKeyCode.A).Report();
        bench.Rig.Lose();
        bench.Expect("lost", "frame*");
        bench.Script.Press(InputKeyCode.A).Report();
        bench.Expect("A down", "frame");
    }

    [Case]
    public void DeviceThatVanishes_ReleasesWhatIsHeld_BeforeItSaysSo_AndReturns()
    {
        InputBench bench = Start(InputLayout.Keyboard with { Axes = InputLayout.Touchscreen(1000, 500).Axes });
        for (int turn = 0; turn < 5; turn++)
        {
            bench.Script.Press(InputKeyCode.LeftControl).Press(InputKeyCode.C).Touch(1, 5, 1 + turn, 2).Report();
            bench.Expect("LeftControl down", "C down", $"touch 1 #5 Down {1 + turn},2", "frame");
            bench.Rig.Break();
            bench.Expect("LeftControl up*", "C up*", $"touch 1 #5 Up {1 + turn},2*", "frame*", "-");
            Check.False(bench.Device.IsOpen);
            Check.False(bench.Device.IsPressed(InputKeyCode.C));
            bench.Rig.Restore();
            bench.Expect("+");
        }

        bench.Rig.Break();
        bench.Expect("-");
    }

    [Case]
    public void ReleaseAll_BeforeRemove_LeavesNothingHeld()
    {
        InputBench bench = Start(InputLayout.Keyboard with { Axes = InputLayout.Touchscreen(1000, 500).Axes });
        bench.Script.Press(InputKeyCode.A).Touch(0, 1, 10, 10).Report();
        bench.Until("frame");
        bench.Device.ReleaseAll();
        bench.Device.ReleaseAll();
        Check.Sequence(["A up*", "touch 0 #1 Up 10,10*", "frame*"], bench.Trace);
        bench.Trace.Clear();
        bench.Script.Release(InputKeyCode.A).Press(InputKeyCode.B).Report();
        bench.Expect("B down", "frame"); // A is up already
        bench.Device.ReleaseAll();
        bench.Source.Remove();
        Check.Sequence(["B up*", "frame*"], bench.Trace);
        bench.Device.ReleaseAll();
    }

    [Case]
    public void ReleaseAll_WhenEventsWereLost_LeavesNothingHeldEither()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        bench.Script.Press(InputKeyCode.A).Report();
        bench.Until("frame");
        bench.Source.On((in InputLost _, in EventInfo _) => bench.Device.ReleaseAll());
        bench.Script.Press(InputKeyCode.B).Report();
        bench.Rig.Lose();
        bench.Expect("lost", "A up*", "frame*", "frame*"); // what is really still held counts when it is pressed again
        Check.False(bench.Device.IsPressed(InputKeyCode.A) || bench.Device.IsPressed(InputKeyCode.B));
        bench.Script.Release(InputKeyCode.A).Press(InputKeyCode.C).Report();
        bench.Expect("C down", "frame");
    }

    [Case]
    public void WhatIsHeldWhenItIsOpened_IsState_AndNoEvent()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        bench.Script.Press(InputKeyCode.A).Report();
        bench.Until("frame");
        bench.Source.Remove();
        bench.Add();
        bench.Expect("+");
        Check.True(bench.Device.IsPressed(InputKeyCode.A));
        bench.Script.Release(InputKeyCode.A).Report();
        bench.Expect("A up", "frame");
    }

    [Case]
    public void Led_IsSwitched_AndSaysSo()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        Check.False(bench.Device.TrySetLed(InputLedCode.Mail, true), "it has none");
        Check.True(bench.Device.TrySetLed(InputLedCode.CapsLock, true));
        bench.Expect("CapsLock lit", "frame");
        Check.True(bench.Device.IsLit(InputLedCode.CapsLock));
        Check.True(bench.Device.TrySetLed(InputLedCode.CapsLock, false));
        bench.Expect("CapsLock dark", "frame");
        bench.Source.Remove();
        Check.False(bench.Device.TrySetLed(InputLedCode.CapsLock, true), "it is closed");
    }

    [Case]
    public void Frames_CountWhatWasWritten()
    {
        InputBench bench = Start(InputLayout.Mouse);
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < 5; i++)
            {
                bench.Script.MoveBy(InputMotionCode.X, 1).MoveBy(InputMotionCode.Y, 2).Report();
            }

            bench.Loop.Tick();
        }

        Pump.Until(bench.Loop, () => bench.Trace.Count >= 1500);
        Check.Equal(1500L, bench.FrameEvents);
        Check.Equal(0L, bench.Source.Counters.Lost);
        Check.Sequence(Enumerable.Repeat((string[])["X+1", "Y+2", "frame"], 500).SelectMany(static frame => frame), bench.Trace);
    }

    [Case]
    public void Handler_RemovesAndAddsTheDeviceAgain_InTheMiddleOfAFrame()
    {
        InputBench bench = Start(InputLayout.Keyboard);
        bool isDone = false;
        bench.Source.On((in InputKey _, in EventInfo _) =>
        {
            if (!isDone)
            {
                isDone = true;
                bench.Source.Remove();
                bench.Add();
            }
        });
        bench.Script.Press(InputKeyCode.A).Press(InputKeyCode.B).Report();
        Pump.Until(bench.Loop, () => bench.Trace.Contains("+"));
        bench.Trace.RemoveAll(static line => line is not "A down" and not "+"); // whether the rest of the frame comes is the kernel's choice
        bench.Expect("A down", "+");
        bench.Script.Press(InputKeyCode.C).Report();
        Pump.Until(bench.Loop, () => bench.Trace.Contains("C down"));
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void Attach_Twice_Throws()
    {
        InputBench bench = Start(InputLayout.Mouse);
        using MainLoop other = Loops.New(static options => options with { Clock = new VirtualClock { AutojumpThreshold = TimeSpan.Zero } });
        Check.Contains("attached already", Check.Throws<InvalidOperationException>(() => other.Add(bench.Device)).Message);
    }

    private InputBench Start(InputLayout layout) => _bench = new InputBench(CreateRig(layout), LoopOptions);
}
