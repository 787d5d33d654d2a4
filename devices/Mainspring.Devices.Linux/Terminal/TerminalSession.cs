using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A terminal that is ours from <see cref="Begin"/> to <see cref="End"/>, and then as it was. The end may come on any thread: the process exits, an exception ends it, a signal stops it; so writes and the
/// end exclude each other, and after the end nothing is written any more.
/// </summary>
internal sealed class TerminalSession : IDisposable
{
    private const int MaxModes = 192;

    private readonly Lock _lock = new();
    private readonly TerminalOptions _options;
    private readonly ProcessEnd _processEnd;
    private Termios2 _before;   // guarded by _lock, like all that follows
    private bool _isOurs;
    private bool _hasReleases;
    private bool _isOver;

    public TerminalSession(SafeFileHandle file, TerminalOptions options)
    {
        File = file;
        _options = options;
        _processEnd = new ProcessEnd(EndForGood);
    }

    public SafeFileHandle File { get; }

    /// <summary>Whether it is in raw mode.</summary>
    public bool IsOurs
    {
        get
        {
            lock (_lock)
            {
                return _isOurs;
            }
        }
    }

    /// <summary>Remembers the terminal's settings, and sets it to raw mode. What it is to be told has to be written then.</summary>
    public Errno Begin()
    {
        lock (_lock)
        {
            if (_isOurs || _isOver)
            {
                return Errno.None;
            }

            if (!TerminalDevice.TryGetSettings(File, out _before, out Errno error))
            {
                return error;
            }

            error = TerminalDevice.Set(File, TerminalDevice.Raw(_before, _options.ControlKeysAreSignals));
            _isOurs = error == Errno.None;
            _hasReleases = false;
            return error;
        }
    }

    /// <summary>Writes what the terminal takes now.</summary>
    /// <param name="hasReleases">Whether these bytes ask for releases, which the end has to take back.</param>
    public int Write(ReadOnlySpan<byte> bytes, out Errno error, bool hasReleases = false)
    {
        lock (_lock)
        {
            if (!_isOurs)
            {
                error = Errno.Again;
                return 0;
            }

            _hasReleases |= hasReleases;
            return Descriptor.Write(File, bytes, out error);
        }
    }

    /// <summary>Leaves the terminal as it was. What fails here fails because it is gone.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (!_isOurs || File.IsClosed)
            {
                return;
            }

            _isOurs = false;
            if (!TerminalDevice.IsForeground(File))
            {
                return; // somebody else has it now, and will not be disturbed
            }

            Span<byte> modes = stackalloc byte[MaxModes];
            modes = modes[..TerminalModes.End(_options, _hasReleases, modes)];
            int written = Descriptor.Write(File, modes, out _);
            if (written < modes.Length)
            {
                TerminalDevice.Discard(File, output: true); // it is slow: what it has not shown yet makes room for what it must be told
                _ = Descriptor.Write(File, modes, out _);
            }

            TerminalDevice.Discard(File, output: false); // keys that were meant for this program are no input of the shell
            _ = TerminalDevice.Set(File, _before);
        }
    }

    /// <summary>Leaves the terminal as it was, and no longer looks after the process's end.</summary>
    public void Dispose()
    {
        _processEnd.Stop();
        EndForGood();
        File.Dispose();
    }

    private void EndForGood()
    {
        lock (_lock)
        {
            End();
            _isOver = true;
        }
    }
}
