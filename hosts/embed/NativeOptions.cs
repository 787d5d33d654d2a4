using System.Runtime.InteropServices;

namespace Mainspring.Embed;

/// <summary><c>ms_options</c> of mainspring.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct NativeOptions
{
    private const uint Unbound = 1;
    private const uint StopOnError = 2;
    private const double MostFrames = 1_000_000;
    private const long LongestStepNs = 86_400_000_000_000;
    private const nuint MostBytes = 4096; // a struct of the future is not as long

    private readonly nuint _size;
    private readonly byte* _name;
    private readonly double _frameRate;
    private readonly int _pacing;
    private readonly int _precision;
    private readonly long _frameBudgetNs;
    private readonly long _fixedStepNs;
    private readonly uint _flags;
    private readonly uint _reserved;

    public bool IsUnbound => (_flags & Unbound) != 0;

    /// <summary>Copies what the host has given, which may be shorter or longer than what this version knows.</summary>
    public static NativeOptions Read(NativeOptions* given)
    {
        var options = default(NativeOptions);
        if (given is null)
        {
            return options;
        }

        nuint size = given->_size;
        if (size < (nuint)sizeof(NativeOptions) || size > MostBytes)
        {
            throw new EmbedException(Status.Argument, $"'options.size' is {size}: set it to sizeof(ms_options), which is {sizeof(NativeOptions)} or more.");
        }

        options = *given;
        foreach (byte unknown in new ReadOnlySpan<byte>((byte*)given + sizeof(NativeOptions), (int)(size - (nuint)sizeof(NativeOptions))))
        {
            if (unknown != 0)
            {
                throw new EmbedException(Status.Argument, $"'options' has {size} bytes, and some beyond the {sizeof(NativeOptions)} that this version knows are not 0.");
            }
        }

        return options;
    }

    /// <summary>The same as the loop understands it.</summary>
    public LoopOptions ToLoopOptions()
    {
        Check((_flags & ~(Unbound | StopOnError)) == 0, "options.flags", _flags);
        Check(_reserved == 0, "options.reserved", _reserved);
        Check(_pacing is >= 0 and <= 2, "options.pacing", _pacing);
        Check(_precision is >= 0 and <= 2, "options.precision", _precision);
        Check(_frameBudgetNs >= 0, "options.frame_budget_ns", _frameBudgetNs);
        Check(_fixedStepNs is >= 0 and <= LongestStepNs, "options.fixed_step_ns", _fixedStepNs);
        if (_frameRate != 0 && !(_frameRate is >= 0.001 and <= MostFrames))
        {
            throw new EmbedException(Status.Argument, FormattableString.Invariant($"'options.frame_rate' is {_frameRate}: it has to be 0, or from 0.001 to {MostFrames} frames a second."));
        }

        if (_frameRate == 0 && (_pacing == 1 || (_pacing == 0 && (_frameBudgetNs != 0 || _fixedStepNs != 0))))
        {
            throw new EmbedException(Status.Argument, "'options.frame_rate' is 0, which means no frames: MS_PACING_FRAME_LOCKED, 'frame_budget_ns' and 'fixed_step_ns' need them. Give it a rate, or use MS_PACING_HOST.");
        }

        return new LoopOptions
        {
            Name = Text.Name(_name, "options.name") ?? "main",
            FrameRate = _frameRate == 0 ? null : _frameRate,
            Pacing = _pacing switch
            {
                0 => Pacing.Responsive,
                1 => Pacing.FrameLocked,
                _ => Pacing.Host,
            },
            Precision = (Precision)_precision,
            FrameBudget = _frameBudgetNs == 0 ? null : Times.Duration(_frameBudgetNs),
            FixedStep = _fixedStepNs == 0 ? null : Times.Duration(_fixedStepNs),
            ErrorPolicy = (_flags & StopOnError) != 0 ? ErrorPolicy.Stop : ErrorPolicy.Continue,
        };
    }

    private static void Check(bool condition, string argument, long value)
    {
        if (!condition)
        {
            throw new EmbedException(Status.Argument, $"'{argument}' is {value}, which is out of its range, or newer than this version.");
        }
    }
}
