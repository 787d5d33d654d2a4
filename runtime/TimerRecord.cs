using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>A timer, or a hole: a place for one.</summary>
internal struct TimerRecord
{
    /// <summary>The <see cref="Sequence"/> of a place whose generations are used up: it is never taken again, so that no handle ever means another timer.</summary>
    public const uint Retired = uint.MaxValue;

    public object? Callback;
    public object? State;
    public Union Time;
    public uint Generation; // odd while the timer is pending
    public uint Sequence;   // among equal deadlines, the lower runs first

    public readonly bool IsPending => (Generation & 1) != 0;

    public readonly bool IsRetired => Generation == 0 && Sequence == Retired;

    [StructLayout(LayoutKind.Explicit)]
    internal struct Union
    {
        [FieldOffset(0)]
        public long DeadlineNs;

        /// <summary>Of a hole: the place of the next one in its slot, or 0.</summary>
        [FieldOffset(0)]
        public int NextHole;

        /// <summary>Of a hole that is not its slot's first: the place of the one before.</summary>
        [FieldOffset(4)]
        public int PreviousHole;
    }
}
