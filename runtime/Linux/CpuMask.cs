namespace Mainspring.Linux;

/// <summary>A set of CPUs as sched_setaffinity(2) takes it, wide enough for every kernel.</summary>
internal sealed unsafe class CpuMask
{
    public const int Capacity = 8192;

    private readonly byte[] _bits = new byte[Capacity / 8];

    private CpuMask()
    {
    }

    /// <summary>The CPUs on which a thread may run; 0 is the calling one. Null when the system does not say.</summary>
    public static CpuMask? Of(int thread)
    {
        var mask = new CpuMask();
        fixed (byte* bits = mask._bits)
        {
            return Sched.GetAffinity(thread, (nuint)mask._bits.Length, bits) == 0 ? mask : null;
        }
    }

    public static bool CanHold(IEnumerable<int> cpus)
    {
        foreach (int cpu in cpus)
        {
            if (cpu is < 0 or >= Capacity)
            {
                return false;
            }
        }

        return true;
    }

    public static CpuMask With(IEnumerable<int> cpus)
    {
        var mask = new CpuMask();
        foreach (int cpu in cpus)
        {
            mask._bits[cpu / 8] |= (byte)(1 << (cpu % 8)); // little-endian systems: the bytes of a long are in this order
        }

        return mask;
    }

    /// <summary>Has the calling thread run on these only.</summary>
    public Errno Set()
    {
        fixed (byte* bits = _bits)
        {
            return Sched.SetAffinity(0, (nuint)_bits.Length, bits) == 0 ? Errno.None : Errno.Last;
        }
    }

    public bool Equals(CpuMask other) => _bits.AsSpan().SequenceEqual(other._bits);

    /// <summary>Their numbers.</summary>
    public int[] Cpus
    {
        get
        {
            var cpus = new List<int>();
            for (int cpu = 0; cpu < Capacity; cpu++)
            {
                if ((_bits[cpu / 8] & (1 << (cpu % 8))) != 0)
                {
                    cpus.Add(cpu);
                }
            }

            return cpus.ToArray();
        }
    }

    public override string ToString() => string.Join(',', Cpus);
}
