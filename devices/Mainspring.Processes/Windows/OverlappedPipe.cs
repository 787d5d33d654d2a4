using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>Our end of a named pipe, since the anonymous ones of Windows only block. Its event is set while an operation has ended and was not seen.</summary>
/// <remarks>Of a pipe that the child reads, the read finds nothing ever: its end is the hang-up.</remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class OverlappedPipe : PipeFile
{
    private const int Capacity = 64 * 1024;
    private const int BufferSize = 32 * 1024;
    private const int MostEmptyReads = 4; // the child can write nothing, which ends a read

    private static int s_count;

    private readonly OverlappedFile _file;
    private readonly bool _isInput;        // of the child
    private int _start;                    // of what was read and is not taken
    private int _count;
    private int _error;                    // for good
    private bool _isEnded;                 // nobody is at the other end

    private OverlappedPipe(SafeFileHandle file, bool isInput)
    {
        _isInput = isInput;
        _file = new OverlappedFile(file, Kernel32.ManualSet, isInput ? 1 : BufferSize, isInput ? BufferSize : 0);
        if (isInput)
        {
            BeginRead();
            SetLevel();
        }
    }

    public override SafeWaitHandle Handle => _file.Event;

    public override PollEvents LeastInterest => _isInput ? PollEvents.Readable : PollEvents.None;

    public override bool IsClosed => _file.File.IsClosed;

    public override bool HasHungUp
    {
        get
        {
            if (!IsClosed)
            {
                SeeRead();
            }

            return _isEnded || _error != 0;
        }
    }

    public override bool IsWriting
    {
        get
        {
            if (!IsClosed)
            {
                SeeWrite();
            }

            return _file.IsWriting && !IsClosed;
        }
    }

    /// <summary>Makes a pipe.</summary>
    /// <param name="isInput">Whether the child reads it.</param>
    /// <returns>Our end, and that of the child, which it can inherit.</returns>
    /// <exception cref="IOException">The system refuses.</exception>
    public static (OverlappedPipe Ours, SafeFileHandle Childs) Create(bool isInput)
    {
        string name = $@"\\.\pipe\mainspring-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}-{Guid.NewGuid():N}";
        SafeFileHandle file = ProcessKernel.CreatePipe(
            name, ProcessKernel.PipeDuplex | Kernel32.Overlapped | ProcessKernel.FirstInstance, ProcessKernel.RejectRemote, 1, Capacity, Capacity, 0, null);
        if (file.IsInvalid)
        {
            throw WindowsErrors.Last("CreateNamedPipe");
        }

        SafeFileHandle? childs = null;
        try
        {
            ProcessKernel.SecurityAttributes inherited = new() { Size = (uint)sizeof(ProcessKernel.SecurityAttributes), IsInherited = 1 };
            childs = Kernel32.OpenFile(
                name, isInput ? Kernel32.GenericRead | ProcessKernel.WriteAttributes : Kernel32.GenericWrite | ProcessKernel.ReadAttributes, 0, &inherited, Kernel32.OpenExisting, 0, 0);
            return childs.IsInvalid ? throw WindowsErrors.Last("CreateFile") : (new OverlappedPipe(file, isInput), childs);
        }
        catch
        {
            childs?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer, out int error)
    {
        for (int i = 0; i < MostEmptyReads && _count == 0 && !_isEnded && _error == 0; i++)
        {
            SeeRead();
            if (_count == 0 && !_file.IsReading && !_isEnded && _error == 0)
            {
                BeginRead();
                SeeRead();
            }

            if (_file.IsReading)
            {
                break;
            }
        }

        int count = Math.Min(_count, buffer.Length);
        new ReadOnlySpan<byte>(_file.ReadBytes + _start, count).CopyTo(buffer);
        _start += count;
        _count -= count;
        error = count > 0 || _isEnded ? 0 : _error != 0 ? _error : ProcessAbi.Again;
        return count;
    }

    public override int Write(ReadOnlySpan<byte> bytes, out int error)
    {
        SeeWrite();
        int written = 0;
        while (written < bytes.Length && !_file.IsWriting && _error == 0)
        {
            int count = Math.Min(bytes.Length - written, BufferSize);
            Fail(_file.BeginWrite(bytes.Slice(written, count)));
            SeeWrite();
            written += _error == 0 ? count : 0;
        }

        SetLevel();
        error = HasHungUp ? _error != 0 ? _error : ProcessAbi.BrokenPipe : _file.IsWriting ? ProcessAbi.Again : 0;
        return written;
    }

    public override void Dispose() => _file.Close();

    private void BeginRead() => Fail(_file.BeginRead(0, _isInput ? 1 : BufferSize));

    private void SeeRead()
    {
        if (!_file.HasReadEnded)
        {
            return;
        }

        int error = _file.EndRead(out int count);
        if (error == Kernel32.ErrorAborted)
        {
            BeginRead(); // the thread that had begun it has ended
            SetLevel();
        }
        else if (error != 0)
        {
            Fail(error);
        }
        else if (_isInput)
        {
            _isEnded = true; // it cannot write to its input
        }
        else
        {
            (_start, _count) = (0, count);
        }
    }

    private void SeeWrite()
    {
        if (!_file.HasWriteEnded)
        {
            return;
        }

        int error = _file.EndWrite(out _);
        Fail(error == Kernel32.ErrorAborted && _file.HasRestToWrite ? _file.BeginRestOfWrite() : error); // the thread that had begun it has ended
        SetLevel();
    }

    // The system resets the event whenever an operation begins, and sets it when one ends, also at once.
    private void SetLevel()
    {
        if (_isInput)
        {
            _ = Kernel32.ResetEvent(_file.Event);
            if (!_file.IsReading || _file.HasReadEnded || _file.HasWriteEnded)
            {
                _ = Kernel32.SetEvent(_file.Event);
            }
        }
        else if (!_file.IsReading)
        {
            _ = Kernel32.SetEvent(_file.Event); // a read that could not be begun: whoever waits is told why
        }
    }

    private void Fail(int error)
    {
        bool isGone = error is ProcessKernel.BrokenPipe or ProcessKernel.NoData or ProcessKernel.NotConnected;
        _isEnded |= isGone;
        _error = error == 0 ? _error : !isGone ? error : _isInput ? ProcessAbi.BrokenPipe : _error;
    }
}
