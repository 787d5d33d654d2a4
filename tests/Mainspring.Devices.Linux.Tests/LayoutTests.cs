using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux.Tests;

/// <summary>The layouts that tests/headers asserts of C are those that the runtime gives the C# structs.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Termios2_IsLaidOutAsInC()
    {
        Assert.Equal(44, Unsafe.SizeOf<Termios2>());
        Termios2 settings = default;
        Assert.Equal(16, Offset(ref settings, ref settings.Discipline));
        Assert.Equal(17, Offset(ref settings, ref settings.Special));
        Assert.Equal(36, Offset(ref settings, ref settings.InputRate));
        Assert.Equal(40, Offset(ref settings, ref settings.OutputRate));
        Assert.Equal(Termios2.ControlCount, MemoryMarshal.CreateSpan(ref settings.Special, 1)[0][..].Length);
    }

    [Fact]
    public void InputAndInotifyStructs_AreLaidOutAsInC()
    {
        Assert.Equal((24, 8, 24, 16), (Unsafe.SizeOf<InputEvent>(), Unsafe.SizeOf<InputId>(), Unsafe.SizeOf<AbsoluteInfo>(), Unsafe.SizeOf<InotifyEvent>()));
        InputEvent[] one = [new InputEvent { Seconds = 1, Microseconds = 2, Type = 3, Code = 4, Value = 5 }];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(one.AsSpan());
        Assert.Equal((1, 2, 3, 4, 5), (bytes[0], bytes[8], bytes[16], bytes[18], bytes[20]));
    }

    private static int Offset<T>(ref Termios2 settings, ref T field) =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<Termios2, byte>(ref settings), ref Unsafe.As<T, byte>(ref field));
}
