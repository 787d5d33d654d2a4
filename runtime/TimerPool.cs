using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The memory of all timers: places, which handles know by number and generation, in blocks. It grows without moving anything. Place 0 is nobody's, and may be written to.
/// </summary>
internal class TimerPool
{
    public const int BlockShift = 5;
    public const int BlockLength = 1 << BlockShift;

    /// <summary>The owner of a block whose slot was opened: it is free when its last timer has ended.</summary>
    public const int Orphan = -1;

    private const int PageShift = 9;
    private const int PageLength = 1 << PageShift;
    private const int PageBlocks = PageLength / BlockLength;
    private const int FirstPages = 8;

    private readonly List<TimerRecord[]> _memory = []; // pinned: keeps the pages
    private nint[] _pages = new nint[FirstPages];
    private int[] _owners = new int[FirstPages * PageBlocks]; // block: its slot, or Orphan
    private int[] _left = new int[FirstPages * PageBlocks];   // block, of an orphan: timers that are not free yet
    private int[] _next = new int[FirstPages * PageBlocks];   // block: the one after it, in its slot or among the free ones; 0 ends
    private int _free;                                        // first free block
    private uint _places;

    public TimerPool() => AddPage();

    /// <summary>Pending timers.</summary>
    public int Count;

    /// <summary>Places: all numbers of timers are lower.</summary>
    public int Places => (int)_places;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe ref TimerRecord At(int place)
    {
        nint page = _pages[(uint)place >> PageShift]; // checked, for calls from a wrong thread: they may lose timers, but never write elsewhere
        return ref Unsafe.AsRef<TimerRecord>((void*)(page + (nint)(uint)((place & (PageLength - 1)) * Unsafe.SizeOf<TimerRecord>())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPending(long token) => (uint)token < _places && At((int)token).Generation == (uint)(token >> 32);

    public bool IsPending(int place) => At(place).IsPending;

    public long TokenOf(int place) => TokenOf(place, At(place).Generation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TokenOf(int place, uint generation) => ((long)generation << 32) | (uint)place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OwnerOf(int place) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_owners), (nint)((uint)place >> BlockShift));

    public ref int Next(int block) => ref _next[block];

    /// <summary>Takes a free block.</summary>
    /// <param name="owner">Its slot.</param>
    /// <param name="firstHole">Its places are a list of holes, in their order.</param>
    public int Take(int owner, out int firstHole)
    {
        if (_free == 0)
        {
            // More at a time when there are many, so that the last of many crowds makes no memory.
            for (int pages = 1 + (_memory.Count / 4); pages > 0; pages--)
            {
                AddPage();
            }
        }

        int block = _free;
        _free = _next[block];
        _next[block] = 0;
        _owners[block] = owner;
        firstHole = 0;
        int next = 0;
        for (int place = ((block + 1) << BlockShift) - 1; place >= block << BlockShift; place--)
        {
            ref TimerRecord record = ref At(place);
            if (!record.IsRetired)
            {
                record.Time.NextHole = next;
                At(next).Time.PreviousHole = place;
                next = firstHole = place;
            }
        }

        return firstHole != 0 ? block : Take(owner, out firstHole);
    }

    /// <summary>Takes back a chain of blocks without timers.</summary>
    public void GiveBack(int first, int last)
    {
        _next[last] = _free;
        _free = first;
    }

    /// <summary>Makes a block an orphan, with so many timers.</summary>
    public void Leave(int block, int timers)
    {
        if (timers == 0)
        {
            GiveBack(block, block);
        }
        else
        {
            _owners[block] = Orphan;
            _left[block] = timers;
        }
    }

    /// <summary>Nothing knows a timer of an orphan any more.</summary>
    public void FreeOrphan(int place)
    {
        int block = place >> BlockShift;
        if (--_left[block] == 0)
        {
            GiveBack(block, block);
        }
    }

    private unsafe void AddPage()
    {
        int page = _memory.Count;
        if (page == _pages.Length)
        {
            Array.Resize(ref _pages, page * 2);
            Array.Resize(ref _owners, page * 2 * PageBlocks);
            Array.Resize(ref _left, page * 2 * PageBlocks);
            Array.Resize(ref _next, page * 2 * PageBlocks);
        }

        TimerRecord[] memory = GC.AllocateArray<TimerRecord>(PageLength, pinned: true);
        _memory.Add(memory);
        _pages[page] = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        _places += PageLength;
        for (int block = ((page + 1) * PageBlocks) - 1; block >= Math.Max(1, page * PageBlocks); block--) // block 0 has place 0
        {
            GiveBack(block, block);
        }
    }
}
