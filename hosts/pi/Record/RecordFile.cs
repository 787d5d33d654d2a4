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

    private const int TailBytes = 1024 * 1024;
    private const int BatchBytes = 256 * 1024;

    private readonly string _path;
    private readonly long _maxBytes;
    private readonly MainLoop _loop;
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

    /// <summary>Opens the record, or begins one.</summary>
    /// <exception cref="IOException">It cannot be opened, is in use, or is no record.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public RecordFile(RecordConfig config, MainLoop loop)
    {
        (_path, _maxBytes, _loop) = (config.File, config.MaxBytes, loop);
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

    // The end of the last line that is whole, and its number. What is behind it was being written when the power went.
    private static (SafeFileHandle File, long Length, long Number, long Torn) Open(string path)
    {
        bool isNew = !File.Exists(path);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            if (isNew)
            {
                DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            long size = RandomAccess.GetLength(file);
            long from = Math.Max(0, size - TailBytes);
            byte[] tail = new byte[(int)(size - from)];
            int count = 0;
            while (count < tail.Length && RandomAccess.Read(file, tail.AsSpan(count), from + count) is var read and > 0)
            {
                count += read;
            }

            (int end, long number) = LastLine(tail.AsSpan(0, count), isWhole: from == 0);
            if (number == 0 && tail.AsSpan(0, count).Contains((byte)'\n'))
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
        catch
        {
            file.Dispose();
            throw;
        }
    }

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
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
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
        catch (IOException)
        {
            RandomAccess.SetLength(_file, _length);
            throw;
        }
    }

    private void Rotate()
    {
        if (File.Exists(_path)) // it is not when the last attempt could not make the new one
        {
            File.Move(_path, Old, overwrite: true);
        }

        SafeFileHandle file = _file;
        (_file, _length, _, _) = Open(_path);
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
