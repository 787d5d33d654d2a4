using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>
/// A port from its opening to its closing: one overlapped read and one overlapped write at the most, and the event that both of them set. What they read from and write to is native memory, which stays until
/// the system has let go of it.
/// </summary>
/// <remarks>The system resets the event whenever an operation begins. So whoever begins one looks whether the other had ended, and sets it again.</remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class SerialSession : IThreadPoolWorkItem
{
    private const int WriteSize = 4096;
    private const int MostZeroReads = 3;
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(1);

    private readonly SafeFileHandle _file;
    private readonly SafeWaitHandle _event;
    private readonly int _readSize;
    private readonly Func<int> _received;
    private SerialAbi.Operation* _read;    // both operations and both buffers are one piece of memory
    private SerialAbi.Operation* _write;
    private byte* _readBytes;
    private byte* _writeBytes;
    private bool _isReading;               // a read was begun, and its end was not seen
    private bool _isWriting;
    private int _filled;                   // by the reads of one turn: a first byte, and what had come with it
    private int _start;                    // of what was read and is not taken
    private int _count;
    private int _zeroReads;
    private TimeSpan _lastZeroRead;

    /// <param name="received">How many bytes the driver has that were not read.</param>
    public SerialSession(SafeFileHandle file, int readSize, Func<int> received)
    {
        (_file, _readSize, _received) = (file, readSize, received);
        _event = SerialAbi.CreateEvent(null, null, 0, SerialAbi.EventAccess);
        if (_event.IsInvalid)
        {
            throw new IOException($"The system refuses an event (CreateEventEx): {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        int operations = 2 * sizeof(SerialAbi.Operation);
        _read = (SerialAbi.Operation*)NativeMemory.AllocZeroed((nuint)(operations + readSize + WriteSize));
        _write = _read + 1;
        _readBytes = (byte*)_read + operations;
        _writeBytes = _readBytes + readSize;
    }

    /// <summary>Set whenever an operation has ended; it resets itself.</summary>
    public SafeWaitHandle Event => _event;

    public SafeFileHandle File => _file;

    /// <summary>What has ended it; null while it lives. 0 is an end without an error.</summary>
    public int? Failure { get; private set; }

    public bool IsWriting => _isWriting;

    /// <summary>Whether what was read waits to be taken.</summary>
    public bool HasInput => _count > 0;

    /// <summary>Sees which operations have ended.</summary>
    /// <param name="now">The loop's time.</param>
    public void Look(TimeSpan now)
    {
        if (_isWriting && HasEnded(_write))
        {
            _isWriting = false;
            uint count;
            if (!SerialAbi.ResultOf(_file, _write, &count, waits: 0) && Marshal.GetLastPInvokeError() is var error and not SerialAbi.Aborted)
            {
                Failure ??= error;
            }
        }

        while (_isReading && HasEnded(_read))
        {
            _isReading = false;
            uint count;
            if (SerialAbi.ResultOf(_file, _read, &count, waits: 0))
            {
                _filled += (int)count;
                _zeroReads = count > 0 ? 0 : now - _lastZeroRead < s_atOnce ? _zeroReads + 1 : 1;
                _lastZeroRead = now;
                Failure ??= _zeroReads > MostZeroReads ? 0 : null;
            }
            else if (Marshal.GetLastPInvokeError() is var error and not SerialAbi.Aborted)
            {
                Failure ??= error;
            }

            // Aborted: the thread that had begun it has ended, or input was discarded. It is begun again.
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
        new ReadOnlySpan<byte>(_readBytes + _start, count).CopyTo(buffer);
        _start += count;
        _count -= count;
        return count;
    }

    /// <summary>Begins a read, unless one runs or something waits to be taken.</summary>
    public void Read()
    {
        if (_isReading || _count > 0 || Failure is not null)
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
        if (_isWriting || Failure is not null || bytes.IsEmpty)
        {
            return 0;
        }

        int count = Math.Min(bytes.Length, WriteSize);
        bytes[..count].CopyTo(new Span<byte>(_writeBytes, WriteSize));
        Begin(_write);
        _isWriting = SerialAbi.Write(_file, _writeBytes, (uint)count, null, _write) || IsPending();
        TellOfOther(_isReading, _read);
        return _isWriting ? count : 0;
    }

    /// <summary>Throws away what was read and not taken.</summary>
    public void DropInput() => _count = 0;

    /// <summary>Something else says that it has failed.</summary>
    public void Fail(int error) => Failure ??= error;

    /// <summary>Closes the port, which ends its operations. When the driver takes its time, the memory is freed later, on the thread pool.</summary>
    public void Close()
    {
        _ = SerialAbi.Cancel(_file, null);
        _file.Dispose();
        if (HaveEnded)
        {
            Free();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Waits until the driver has let go of the memory.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        using var wait = new EventWaitHandle(initialState: false, EventResetMode.AutoReset) { SafeWaitHandle = _event };
        while (!HaveEnded)
        {
            wait.WaitOne(50); // both set it, and perhaps the first of them has before
        }

        Free();
    }

    private bool HaveEnded => (!_isReading || HasEnded(_read)) && (!_isWriting || HasEnded(_write));

    private void Free()
    {
        _event.Dispose();
        NativeMemory.Free(_read);
        _read = _write = null;
        _readBytes = _writeBytes = null;
    }

    private void BeginRead(int count)
    {
        Begin(_read);
        _isReading = SerialAbi.Read(_file, _readBytes + _filled, (uint)count, null, _read) || IsPending();
        TellOfOther(_isWriting, _write);
    }

    private void Begin(SerialAbi.Operation* operation) => *operation = new SerialAbi.Operation { Event = _event.DangerousGetHandle() };

    private bool IsPending()
    {
        int error = Marshal.GetLastPInvokeError();
        if (error != SerialAbi.IoPending)
        {
            Failure ??= error;
            _ = SerialAbi.SetEvent(_event); // the loop is to look
        }

        return error == SerialAbi.IoPending;
    }

    private void TellOfOther(bool isRunning, SerialAbi.Operation* operation)
    {
        if (isRunning && HasEnded(operation))
        {
            _ = SerialAbi.SetEvent(_event);
        }
    }

    private static bool HasEnded(SerialAbi.Operation* operation) => Volatile.Read(ref operation->Status) != SerialAbi.Pending;
}
