using System.Buffers;
using Mainspring.Hosts;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Pi;

/// <summary>
/// The append-only file that keeps what rules log. An entry is acknowledged when it is on the disk (write, then fsync(2)), so <c>kill -9</c> or a power cut loses none that was. A thread of its own
/// writes, many entries with one fsync when they come faster than the disk; the loop never waits. Opening it drops what a crash has left of a last line.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    /// <summary>How many entries may wait for the disk.</summary>
    public const int Capacity = 1024;

    private const int TailBytes = 1024 * 1024;        // a whole line is nearly always within these
    private const int LongestTail = 64 * TailBytes;   // of a batch that tore, more than there can be
    private const int BatchBytes = 256 * 1024;

    private static readonly SearchValues<byte> s_beginnings = SearchValues.Create("0123456789abcdef\0"u8);

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly MainLoop _loop;
    private readonly Action<string> _flushFolder;
    private readonly object _lock = new();
    private readonly Thread _thread;
    private readonly byte[] _batch = new byte[BatchBytes];
    private List<RecordEntry> _waiting = new(64);  // guarded by _lock
    private List<RecordEntry> _writing = new(64);  // the thread's
    private List<(RecordEntry Entry, string? Failure)> _done = new(64);     // guarded by _lock
    private List<(RecordEntry Entry, string? Failure)> _telling = new(64);  // the loop's
    private SafeFileHandle _file;
    private long _length;
    private bool _isClosing;
    private bool _isMoved; // the file that is open is the old one already, and the new one could not be begun

    /// <summary>Opens the record, or begins one.</summary>
    /// <param name="config">Where it is, and how long it may be.</param>
    /// <param name="loop">Who hears of entries that are on the disk.</param>
    /// <param name="flushFolder">Makes a new file's name durable; null: <see cref="DirectorySync.Flush"/>.</param>
    /// <exception cref="IOException">It cannot be opened, is in use, or is no record.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public RecordFile(RecordConfig config, MainLoop loop, Action<string>? flushFolder = null)
    {
        (_path, _maxBytes, _loop, _flushFolder) = (config.File, config.MaxBytes, loop, flushFolder ?? DirectorySync.Flush);
        (_file, _length, long number, TornBytes) = Open(_path);
        if (number == 0 && File.Exists(Old))
        {
            (SafeFileHandle old, _, number, _) = Open(Old);
            old.Dispose();
        }

        Last = number;
        _thread = new Thread(WriteOut) { IsBackground = true, Name = "mainspring record" };
        _thread.Start();
    }

    /// <summary>The number of the last entry that was accepted.</summary>
    public long Last { get; private set; }

    /// <summary>Entries that are on the disk, of this run.</summary>
    public long Recorded { get; private set; }

    /// <summary>Entries that are not: no room, or the disk refused.</summary>
    public long Lost { get; private set; }

    /// <summary>What a crash had left of a last line, in bytes, when the record was opened; it was dropped.</summary>
    public long TornBytes { get; }

    private string Old => _path + ".1";

    /// <summary>Accepts an entry, without waiting. Loop's thread.</summary>
    /// <returns>False when too many wait for the disk already.</returns>
    public bool TryAppend(string rule, string text, TimeSpan since, Action<RecordEntry, string?> onDone)
    {
        lock (_lock)
        {
            if (_waiting.Count >= Capacity || _isClosing)
            {
                Lost++;
                return false;
            }

            _waiting.Add(new RecordEntry(++Last, DateTime.UtcNow, rule, text, since, onDone));
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Writes what waits, and closes. Who waits for an acknowledgement hears nothing more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosing = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
        _file.Dispose();
    }

    private static SafeFileHandle OpenOrCreate(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            throw new IOException($"{path}: the record cannot be opened: permission denied; let this user write to {folder}, or name another file as record.file");
        }
        catch (IOException) when (!Directory.Exists(folder))
        {
            throw new IOException($"{path}: the record's folder {folder} cannot be made; make it, or name another file as record.file");
        }
    }

    // The end of the last line that is whole, and its number. What is behind it was being written when the power went.
    private (SafeFileHandle File, long Length, long Number, long Torn) Open(string path)
    {
        SafeFileHandle file = OpenOrCreate(path);
        try
        {
            long size = RandomAccess.GetLength(file);
            if (size == 0)
            {
                _flushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!); // also when the last attempt made the file, and this failed
            }

            byte[] tail;
            long from, number;
            int end;
            int bytes = TailBytes;
            do
            {
                from = Math.Max(0, size - bytes);
                tail = Read(file, from, (int)(size - from));
                (end, number) = LastLine(tail, isWhole: from == 0);
                bytes *= 8;
            }
            while (number == 0 && from > 0 && bytes <= LongestTail);

            if (number == 0 && (from > 0 || tail.Contains((byte)'\n') || !IsBegun(tail)))
            {
                throw new IOException($"{path}: is no record, or damaged: no line of its end has a right check sum; move it away, and a new one begins");
            }

            long length = from + end;
            if (length < size)
            {
                RandomAccess.SetLength(file, length);
                RandomAccess.FlushToDisk(file);
            }

            return (file, length, number, size - length);
        }
        catch (NotSupportedException)
        {
            file.Dispose();
            throw new IOException($"{path}: is no regular file; a record needs one, that keeps what is written");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static byte[] Read(SafeFileHandle file, long from, int length)
    {
        byte[] bytes = new byte[length];
        int count = 0;
        while (count < length && RandomAccess.Read(file, bytes.AsSpan(count), from + count) is var read and > 0)
        {
            count += read;
        }

        return bytes[..count];
    }

    // Whether it may be what a crash has left of a first line: its check sum, as far as it came, or zeros. Anything else is somebody's, and stays.
    private static bool IsBegun(ReadOnlySpan<byte> bytes) =>
        !bytes[..Math.Min(bytes.Length, RecordLine.SumLength)].ContainsAnyExcept(s_beginnings) && (bytes.Length <= RecordLine.SumLength || bytes[RecordLine.SumLength] is (byte)'\t' or 0);

    private static (int End, long Number) LastLine(ReadOnlySpan<byte> tail, bool isWhole)
    {
        int start = isWhole ? 0 : tail.IndexOf((byte)'\n') + 1, end = 0;
        long number = 0;
        while (tail[start..].IndexOf((byte)'\n') is var length and >= 0)
        {
            if (RecordLine.NumberOf(tail.Slice(start, length)) is { } found)
            {
                (end, number) = (start + length + 1, found);
            }

            start += length + 1;
        }

        return (end, number);
    }

    private void WriteOut()
    {
        RealTimeOptions.ResetThread(); // it was started from the loop's
        while (true)
        {
            bool isLast;
            lock (_lock)
            {
                while (_waiting.Count == 0 && !_isClosing)
                {
                    Monitor.Wait(_lock);
                }

                (_waiting, _writing) = (_writing, _waiting);
                isLast = _isClosing && _writing.Count == 0;
            }

            if (isLast)
            {
                return;
            }

            string? failure = null;
            try
            {
                Write();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // (An ArgumentException is what .NET makes of EFBIG: a limit of the file system, or RLIMIT_FSIZE.)
                failure = exception.Message;
            }

            lock (_lock)
            {
                foreach (RecordEntry entry in _writing)
                {
                    _done.Add((entry, failure));
                }
            }

            _writing.Clear();
            _loop.TryPost(static record => record.Tell(), this);
        }
    }

    // All of them or, for the next attempt, none: what was written of a batch that failed is cut off.
    private void Write()
    {
        if (_length >= _maxBytes)
        {
            Rotate();
        }

        long written = _length;
        try
        {
            int count = 0;
            foreach (RecordEntry entry in _writing)
            {
                if (_batch.Length - count < RecordLine.MaxBytes)
                {
                    RandomAccess.Write(_file, _batch.AsSpan(0, count), written);
                    (written, count) = (written + count, 0);
                }

                count += RecordLine.Write(_batch.AsSpan(count), entry.Number, entry.Time, entry.Rule, entry.Text);
            }

            RandomAccess.Write(_file, _batch.AsSpan(0, count), written);
            RandomAccess.FlushToDisk(_file);
            _length = written + count;
        }
        catch
        {
            RandomAccess.SetLength(_file, _length);
            throw;
        }
    }

    private void Rotate()
    {
        if (!_isMoved) // a second move would put the new one, which is empty, in the old one's place
        {
            File.Move(_path, Old, overwrite: true);
            _isMoved = true;
        }

        SafeFileHandle file = _file;
        (_file, _length, _, _) = Open(_path);
        _isMoved = false;
        file.Dispose();
    }

    private void Tell()
    {
        lock (_lock)
        {
            (_done, _telling) = (_telling, _done);
        }

        foreach ((RecordEntry entry, string? failure) in _telling)
        {
            Recorded += failure is null ? 1 : 0;
            Lost += failure is null ? 0 : 1;
            entry.OnDone(entry, failure);
        }

        _telling.Clear();
    }
}
