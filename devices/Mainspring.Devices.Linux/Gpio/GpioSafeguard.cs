using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// Leaves outputs with their safe levels when the process ends while the lines are still requested: in an orderly way (Main returns, Environment.Exit) or by an unhandled
/// exception. Those are told on other threads, so that writes and the end exclude each other; after the end nothing is written any more.
/// </summary>
internal sealed unsafe class GpioSafeguard
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _lines;
    private readonly ProcessEnd _end;
    private ulong _mask;   // guarded by _lock, like all that follows
    private ulong _values;
    private bool _isEnded;

    public GpioSafeguard(SafeFileHandle lines, ulong mask, ulong values)
    {
        _lines = lines;
        (_mask, _values) = (mask, values);
        _end = new ProcessEnd(End);
    }

    /// <summary>Sets lines, unless the process ends.</summary>
    public Errno Write(ulong mask, ulong values)
    {
        lock (_lock)
        {
            return _isEnded ? Errno.None : Set(_lines, mask, values);
        }
    }

    /// <summary>Changes the lines' settings, and with them which levels are safe, unless the process ends.</summary>
    public Errno Reconfigure(GpioLineSet set, ulong levels)
    {
        lock (_lock)
        {
            Errno error = _isEnded ? Errno.None : GpioRequest.Reconfigure(_lines, set, levels);
            if (error == Errno.None)
            {
                (_mask, _values) = (set.Safe, set.SafeValues);
            }

            return error;
        }
    }

    /// <summary>Sets the safe levels, once and for all. What fails here fails because the chip is gone.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (!_isEnded && _mask != 0 && !_lines.IsClosed)
            {
                _ = Set(_lines, _mask, _values);
            }

            _isEnded = true;
        }
    }

    /// <summary>Sets the safe levels, and no longer looks after the process's end.</summary>
    public void Release()
    {
        _end.Stop();
        End();
    }

    private static Errno Set(SafeFileHandle lines, ulong mask, ulong values)
    {
        GpioAbi.Values levels = new() { Mask = mask, Bits = values };
        return Libc.Control(lines, GpioAbi.SetValues, &levels) == 0 ? Errno.None : Errno.Last;
    }
}
