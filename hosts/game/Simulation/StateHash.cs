namespace Mainspring.Game;

/// <summary>A hash of the simulation's state: FNV-1a over whole numbers instead of bytes, with the high half folded in, so that every bit counts.</summary>
internal struct StateHash(ulong value)
{
    /// <summary>Of nothing.</summary>
    public const ulong Empty = 0xCBF29CE484222325;

    public ulong Value { get; private set; } = value;

    public void Add(int number) => Add((uint)number);

    public void Add(ulong number)
    {
        Value = (Value ^ number) * 0x100000001B3;
        Value ^= Value >> 32;
    }

    public void Add(Vector vector) => Add(((ulong)(uint)vector.X << 32) | (uint)vector.Y);
}
