namespace Mainspring.Embed;

/// <summary>
/// What a pointer of the C side is: the loop's place in the process, the item's place in the loop (0 is the loop itself), and how often that place was used. A
/// number is never used twice, and never NULL.
/// </summary>
internal readonly record struct HandleNumber(nint Value)
{
    public const int MostLoops = 1 << 10;
    public const int MostItems = 1 << 22;

    public HandleNumber(int loop, int item, uint generation)
        : this((nint)(((ulong)generation << 32) | ((ulong)(uint)item << 10) | (uint)loop))
    {
    }

    public int Loop => (int)(Value & (MostLoops - 1));

    public int Item => (int)((ulong)Value >> 10) & (MostItems - 1);

    public uint Generation => (uint)((ulong)Value >> 32);
}
