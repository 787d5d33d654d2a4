using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>A port from its opening to its closing: what was read and waits to be taken, and what has ended it.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class SerialSession
{
    private const int WriteSize = 4096;
    private const int MostIdleEnds = 3;    // of reads that find nothing: a hang-up
    private const int MostAborts = 100;
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(1);

    private readonly OverlappedFile _file;
    private readonly int _readSize;
    private readonly Func<int> _received;
    private int _filled;                   // by the reads of one turn: a first byte, and what had come with it
    private int _start;                    // of what was read and is not taken
    private int _count;
    private int _idleEnds;                 // of operations that ended without a byte, shortly after each other
    private TimeSpan _lastIdleEnd;

    /// <param name="received">How many bytes the driver has that were not read.</param>
    public SerialSession(SafeFileHandle file, int readSize, Func<int> received)
    {
        _file = new OverlappedFile(file, eventKind: 0, readSize, WriteSize);
        (_readSize, _received) = (readSize, received);
    }

    /// <summary>Set whenever an operation has ended; it resets itself.</summary>
    public SafeWaitHandle Event => _file.Event;

    public SafeFileHandle File => _file.File;

    /// <summary>What has ended it; null while it lives. 0 is an end without an error.</summary>
    public int? Failure { get; private set; }

    public bool IsWriting => _file.IsWriting;

    /// <summary>Whether what was read waits to be taken.</summary>
    public bool HasInput => _count > 0;

    /// <summary>Sees which operations have ended.</summary>
    /// <param name="now">The loop's time.</param>
    public void Look(TimeSpan now)
    {
        while (_file.HasWriteEnded)
        {
            Note(_file.EndWrite(out int count), count, now);
            if (_file.HasRestToWrite && Failure is null)
            {
                TellOf(_file.BeginRestOfWrite(), hasOtherEnded: _file.HasReadEnded);
            }
        }

        while (_file.HasReadEnded)
        {
            Note(_file.EndRead(out int count), count, now);
            _filled += count;
            if (_filled == 1 && Failure is null && Math.Min(_received(), _readSize - 1) is var rest and > 0)
            {
                BeginRead(rest);
            }
            else
            {
                (_start, _count) = (0, _filled);
            }
        }
    }

    /// <summary>Takes what was read.</summary>
    public int Take(Span<byte> buffer)
    {
        int count = Math.Min(_count, buffer.Length);
        new ReadOnlySpan<byte>(_file.ReadBytes + _start, count).CopyTo(buffer);
        _start += count;
        _count -= count;
        return count;
    }

    /// <summary>Begins a read, unless one runs or something waits to be taken.</summary>
    public void Read()
    {
        if (_file.IsReading || _count > 0 || Failure is not null)
        {
            return;
        }

        _filled = 0;
        BeginRead(1);
    }

    /// <summary>Begins a write, unless one runs.</summary>
    /// <returns>How many bytes it has taken.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (_file.IsWriting || Failure is not null || bytes.IsEmpty)
        {
            return 0;
        }

        bytes = bytes[..Math.Min(bytes.Length, WriteSize)];
        int error = _file.BeginWrite(bytes);
        TellOf(error, hasOtherEnded: _file.HasReadEnded);
        return error == 0 ? bytes.Length : 0;
    }

    /// <summary>Throws away what was read and not taken.</summary>
    public void DropInput() => _count = _idleEnds = 0;

    /// <summary>The write under way is being broken off: what is left of it is not to be sent.</summary>
    public void DropOutput()
    {
        _file.DropRestOfWrite();
        _idleEnds = 0;
    }

    /// <summary>Something else says that it has failed.</summary>
    public void Fail(int error) => Failure ??= error;

    /// <summary>Closes the port.</summary>
    public void Close() => _file.Close();

    private void BeginRead(int count) => TellOf(_file.BeginRead(_filled, count), hasOtherEnded: _file.HasWriteEnded);

    // An operation that was aborted is begun again: the thread that had begun it has ended, which takes its operations along, or the driver was told to discard; but a driver that ends all of them with nothing has no
    // device any more.
    private void Note(int error, int count, TimeSpan now)
    {
        if (error is not (0 or Kernel32.ErrorAborted))
        {
            Failure ??= error;
        }

        if (count > 0)
        {
            _idleEnds = 0;
        }
        else
        {
            _idleEnds = now - _lastIdleEnd < s_atOnce ? _idleEnds + 1 : 1;
            _lastIdleEnd = now;
            Failure ??= _idleEnds > (error == 0 ? MostIdleEnds : MostAborts) ? 0 : null;
        }
    }

    // The event was reset, and the loop is to look.
    private void TellOf(int error, bool hasOtherEnded)
    {
        if (error != 0)
        {
            Failure ??= error;
        }

        if (error != 0 || hasOtherEnded)
        {
            _ = Kernel32.SetEvent(_file.Event);
        }
    }
}
