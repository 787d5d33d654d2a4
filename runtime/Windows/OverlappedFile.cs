using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>
/// A file, pipe or device that was opened for overlapped I/O: one read and one write at the most, and the event that both of them set. What they read from and write to is native memory, which stays until the
/// system has let go of it. One thread at a time.
/// </summary>
/// <remarks>
/// The system resets the event whenever an operation begins. So whoever begins one looks whether the other had ended, and sets it again. What a thread has begun ends with that thread
/// (<see cref="Kernel32.ErrorAborted"/>), and is begun again.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class OverlappedFile : IThreadPoolWorkItem
{
    private readonly SafeFileHandle _file;
    private readonly SafeWaitHandle _event;
    private readonly int _writeSize;
    private readonly byte* _readBytes;
    private readonly byte* _writeBytes;
    private Kernel32.Operation* _read;     // both operations and both buffers are one piece of memory
    private Kernel32.Operation* _write;
    private int _writeStart;               // of the bytes that are to be written
    private int _writeEnd;

    /// <summary>Takes the file, unless it throws.</summary>
    /// <param name="eventKind">How CreateEventEx makes the event.</param>
    /// <exception cref="IOException">The system refuses the event.</exception>
    public OverlappedFile(SafeFileHandle file, uint eventKind, int readSize, int writeSize)
    {
        (_file, _writeSize) = (file, writeSize);
        _event = Kernel32.CreateEvent(null, null, eventKind, Kernel32.AllAccess);
        if (_event.IsInvalid)
        {
            throw WindowsErrors.Last("The system refuses an event (CreateEventEx)");
        }

        int operations = 2 * sizeof(Kernel32.Operation);
        _read = (Kernel32.Operation*)NativeMemory.AllocZeroed((nuint)(operations + readSize + writeSize));
        _write = _read + 1;
        _readBytes = (byte*)_read + operations;
        _writeBytes = _readBytes + readSize;
    }

    // Nobody has closed it: not even then may the memory go before the operations do, nor stay.
    ~OverlappedFile()
    {
        if (_read != null)
        {
            Close();
        }
    }

    public SafeFileHandle File => _file;

    public SafeWaitHandle Event => _event;

    /// <summary>A read was begun, and <see cref="EndRead"/> has not seen its end.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Likewise a write.</summary>
    public bool IsWriting { get; private set; }

    public bool HasReadEnded => IsReading && HasEnded(_read);

    public bool HasWriteEnded => IsWriting && HasEnded(_write);

    /// <summary>Where reads lead, from its beginning to the read's size.</summary>
    public byte* ReadBytes => _readBytes;

    /// <summary>Begins a read; there is none.</summary>
    /// <param name="at">Where in <see cref="ReadBytes"/>.</param>
    /// <param name="count">How many bytes at the most.</param>
    /// <returns>0, also when it has ended at once; or why it was not begun.</returns>
    public int BeginRead(int at, int count)
    {
        *_read = new Kernel32.Operation { Event = _event.DangerousGetHandle() };
        int error = Kernel32.Read(_file, _readBytes + at, (uint)count, null, _read) ? 0 : Marshal.GetLastPInvokeError();
        IsReading = error is 0 or Kernel32.ErrorIoPending;
        return IsReading ? 0 : error;
    }

    /// <summary>Begins a write of bytes, which are copied; there is none.</summary>
    /// <param name="bytes">As many as fit at the most.</param>
    /// <returns>0, also when it has ended at once; or why it was not begun.</returns>
    public int BeginWrite(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(_writeBytes, _writeSize));
        (_writeStart, _writeEnd) = (0, bytes.Length);
        return BeginRestOfWrite();
    }

    /// <summary>Whether the last write has ended before all of its bytes were written, or has not ended.</summary>
    public bool HasRestToWrite => _writeStart < _writeEnd;

    /// <summary>Goes on with a write that has ended too early; there is none.</summary>
    /// <returns>0, also when it has ended at once; or why it was not begun.</returns>
    public int BeginRestOfWrite()
    {
        *_write = new Kernel32.Operation { Event = _event.DangerousGetHandle() };
        int error = Kernel32.Write(_file, _writeBytes + _writeStart, (uint)(_writeEnd - _writeStart), null, _write) ? 0 : Marshal.GetLastPInvokeError();
        IsWriting = error is 0 or Kernel32.ErrorIoPending;
        return IsWriting ? 0 : error;
    }

    /// <summary>What is not yet written is not to be gone on with.</summary>
    public void DropRestOfWrite() => _writeEnd = _writeStart;

    /// <summary>Sees the end of a read that has ended.</summary>
    /// <returns>0, or the error.</returns>
    public int EndRead(out int count)
    {
        IsReading = false;
        return ResultOf(_read, out count);
    }

    /// <summary>Sees the end of a write that has ended.</summary>
    /// <returns>0, or the error.</returns>
    public int EndWrite(out int count)
    {
        IsWriting = false;
        int error = ResultOf(_write, out count);
        _writeStart = Math.Min(_writeStart + count, _writeEnd);
        return error;
    }

    /// <summary>Closes it, which ends its operations. When the system takes its time, the memory is freed later, on the thread pool.</summary>
    public void Close()
    {
        if (_file.IsClosed)
        {
            return;
        }

        _ = Kernel32.Cancel(_file, null);
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

    /// <summary>Waits until the system has let go of the memory.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (!HaveEnded)
        {
            _ = Kernel32.WaitForSingleObject(_event, 50); // both set it, and perhaps the first of them has before
            _ = Kernel32.ResetEvent(_event);
        }

        Free();
    }

    private bool HaveEnded => IsReading == HasReadEnded && IsWriting == HasWriteEnded;

    private void Free()
    {
        _event.Dispose();
        NativeMemory.Free(_read);
        _read = _write = null;
        IsReading = IsWriting = false;
    }

    private int ResultOf(Kernel32.Operation* operation, out int count)
    {
        uint done = 0; // also by one that was aborted
        bool isDone = Kernel32.ResultOf(_file, operation, &done, waits: 0);
        count = (int)done;
        return isDone ? 0 : Marshal.GetLastPInvokeError();
    }

    private static bool HasEnded(Kernel32.Operation* operation) => Volatile.Read(ref operation->Status) != Kernel32.Pending;
}
