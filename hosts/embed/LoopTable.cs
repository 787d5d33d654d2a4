namespace Mainspring.Embed;

/// <summary>
/// The loops of the process, by their numbers. The one thing here that is not a loop's own: C holds numbers, so something has to know what they stand for.
/// Any thread may look; a place is written under the lock.
/// </summary>
internal static class LoopTable
{
    private const uint LastGeneration = uint.MaxValue - (1u << 20); // a place that comes so far is left alone

    private static readonly Lock s_lock = new();
    private static readonly EmbeddedLoop?[] s_loops = new EmbeddedLoop?[HandleNumber.MostLoops];
    private static readonly uint[] s_generations = new uint[HandleNumber.MostLoops]; // the last one that the place has used, for its loops and their items
    private static int s_next;

    [ThreadStatic]
    private static EmbeddedLoop? s_own; // the loop of this thread that was found last

    /// <summary>Gives a loop a place and a number.</summary>
    /// <exception cref="EmbedException">There are too many loops.</exception>
    public static void Add(EmbeddedLoop loop)
    {
        lock (s_lock)
        {
            for (int looked = 0; looked < HandleNumber.MostLoops; looked++)
            {
                int place = s_next;
                s_next = (s_next + 1) % HandleNumber.MostLoops;
                if (s_loops[place] is null && s_generations[place] < LastGeneration)
                {
                    uint generation = ++s_generations[place];
                    loop.Open(new HandleNumber(place, 0, generation));
                    Volatile.Write(ref s_loops[place], loop);
                    return;
                }
            }
        }

        throw new EmbedException(Status.Limit, $"There are {HandleNumber.MostLoops} loops already: destroy some.");
    }

    /// <summary>Makes the loop's number mean nothing.</summary>
    public static void Remove(EmbeddedLoop loop)
    {
        s_own = ReferenceEquals(s_own, loop) ? null : s_own; // its owner calls, and no other thread has it there
        lock (s_lock)
        {
            int place = loop.Number.Loop;
            s_loops[place] = null;
            s_generations[place] = Math.Max(s_generations[place], loop.Items.HighestGeneration);
        }
    }

    /// <summary>The loop of this thread with this number, or null and why not.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public static EmbeddedLoop? Own(nint number, out int error)
    {
        EmbeddedLoop? loop = s_own;
        error = 0;
        return loop is not null && loop.OpenNumber == number ? loop : FindOwn(number, out error);
    }

    /// <summary>The loop with this number, for calls that any thread may make, or null.</summary>
    public static EmbeddedLoop? Any(nint number)
    {
        EmbeddedLoop? loop = Volatile.Read(ref s_loops[new HandleNumber(number).Loop]);
        return loop is not null && number != 0 && loop.OpenNumber == number ? loop : null;
    }

    /// <summary>The loop of this thread to which an item's number belongs, or null and why not.</summary>
    public static EmbeddedLoop? OwnerOf(nint number, out int error)
    {
        var handle = new HandleNumber(number);
        EmbeddedLoop? loop = Volatile.Read(ref s_loops[handle.Loop]);
        nint loopNumber = loop is null ? 0 : loop.OpenNumber;
        if (loopNumber == 0 || handle.Item == 0 || handle.Generation <= new HandleNumber(loopNumber).Generation)
        {
            error = LastError.Set(Status.Handle, number == 0 ? "The handle is NULL." : $"0x{number:x} is no handle, or its loop was destroyed.");
            return null;
        }

        return Own(loopNumber, out error);
    }

    public static int Unknown(nint number) =>
        LastError.Set(Status.Handle, number == 0 ? "The loop is NULL." : $"0x{number:x} is no loop, or was destroyed.");

    private static EmbeddedLoop? FindOwn(nint number, out int error)
    {
        EmbeddedLoop? loop = Any(number);
        if (loop is null)
        {
            error = Unknown(number);
            return null;
        }

        if (!loop.IsOwn)
        {
            error = LastError.Set(Status.Thread, loop.HasOwner
                ? $"Loop '{loop.Name}' belongs to another thread: ms_post runs a function there; ms_stop and ms_post may be called from any thread, all else on its own."
                : $"Loop '{loop.Name}' belongs to nobody yet: call ms_loop_bind on its thread first.");
            return null;
        }

        s_own = loop;
        loop.TakeThread();
        error = 0;
        return loop;
    }
}
