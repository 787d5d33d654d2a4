using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>
/// A console that is ours from <see cref="Begin"/> to <see cref="End"/>, and then as it was. The end may come on any thread. What is shown is written by a thread, since nothing writes to a console without
/// waiting for it.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class ConsoleSession : IDisposable
{
    private const int MostAtOnce = 8192;
    private const int MostColumns = 1000;
    private const int MostRows = 500;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500); // with a console that takes nothing, when all is over

    private readonly Lock _lock = new();            // of the console's modes, and of writing to it
    private readonly Lock _inputLock = new();       // of what is in its input: reading waits when somebody else has taken it
    private readonly AutoResetEvent _news = new(false);
    private readonly ProcessEnd _processEnd;
    private readonly TerminalOptions _options;
    private readonly Thread _writer;
    private byte[] _frame = [];
    private volatile int _length;                   // of the frame that the writer has; 0: it has none
    private volatile bool _isOurs;
    private volatile bool _isOver;
    private bool _isChanged;                        // and was not given back
    private uint _inputBefore;
    private uint _outputBefore;
    private uint _pageBefore;

    private ConsoleSession(SafeFileHandle input, SafeFileHandle output, TerminalOptions options)
    {
        (Input, Output, _options) = (input, output, options);
        _processEnd = new ProcessEnd(EndForGood);
        _writer = new Thread(WriteFrames, 128 * 1024) { IsBackground = true, Name = "console" };
        _writer.Start();
    }

    public SafeFileHandle Input { get; }

    public SafeFileHandle Output { get; }

    /// <summary>Whether it is in raw mode.</summary>
    public bool IsOurs => _isOurs;

    /// <summary>Whether the frame before is still being written.</summary>
    public bool IsWriting => _length > 0;

    /// <summary>Opens the console of this process.</summary>
    /// <exception cref="IOException">It has none.</exception>
    public static ConsoleSession Open(TerminalOptions options)
    {
        SafeFileHandle input = Open("CONIN$");
        try
        {
            return new ConsoleSession(input, Open("CONOUT$"), options);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>Opens a part of the console.</summary>
    /// <exception cref="IOException">This process has none.</exception>
    public static SafeFileHandle Open(string part)
    {
        SafeFileHandle file = Kernel32.OpenFile(part, Kernel32.GenericRead | Kernel32.GenericWrite, Kernel32.ShareAll, null, Kernel32.OpenExisting, 0, 0);
        uint mode;
        if (file.IsInvalid || !ConsoleAbi.GetMode(file, &mode))
        {
            int error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new IOException($"{part}: this program has no console: start it in one (a service and a program of windows have none).", WindowsErrors.Result(error));
        }

        return file;
    }

    /// <summary>Remembers the console's modes, sets it to raw mode, and tells it what it has to know.</summary>
    /// <exception cref="IOException">It refuses.</exception>
    public void Begin()
    {
        lock (_lock)
        {
            if (_isOurs || _isOver)
            {
                return;
            }

            uint input, output;
            if (!ConsoleAbi.GetMode(Input, &input) || !ConsoleAbi.GetMode(Output, &output))
            {
                throw WindowsErrors.Last("The console refuses (GetConsoleMode)");
            }

            (_inputBefore, _outputBefore, _pageBefore) = (input, output, ConsoleAbi.OutputCodePage());
            uint raw = (input & ~(ConsoleAbi.LineInput | ConsoleAbi.EchoInput | ConsoleAbi.QuickEdit | ConsoleAbi.SequencesInput | ConsoleAbi.ProcessedInput | ConsoleAbi.MouseInput))
                | ConsoleAbi.WindowInput | ConsoleAbi.ExtendedFlags
                | (_options.ControlKeysAreSignals ? ConsoleAbi.ProcessedInput : 0)
                | (_options.Mouse != TerminalMouseMode.None ? ConsoleAbi.MouseInput : 0);
            if (!ConsoleAbi.SetMode(Input, raw))
            {
                throw WindowsErrors.Last("The console refuses (SetConsoleMode of its input)");
            }

            if (!ConsoleAbi.SetMode(Output, output | ConsoleAbi.ProcessedOutput | ConsoleAbi.SequencesOutput | ConsoleAbi.NoReturn))
            {
                IOException refusal = WindowsErrors.Last("The console refuses (SetConsoleMode of its output; control sequences need Windows 10)");
                _ = ConsoleAbi.SetMode(Input, input);
                throw refusal;
            }

            _ = ConsoleAbi.SetOutputCodePage(ConsoleAbi.Utf8);
            _isOurs = _isChanged = true;
            Write(_options.AlternateScreen ? "\e[?1049h\e[?25l"u8 : "\e[?25l"u8);
        }
    }

    /// <summary>Leaves the console as it was.</summary>
    public void End()
    {
        _isOurs = false; // the writer stops behind what it writes now
        bool isFree = _lock.TryEnter(s_patience);
        try
        {
            if (!_isChanged || Output.IsClosed)
            {
                return;
            }

            _isOurs = _isChanged = false; // it may have been begun meanwhile
            if (isFree)
            {
                Write(_options.AlternateScreen ? "\e[?2026l\e[0m\e[2J\e[H\e[?1049l\e[?25h"u8 : "\e[?2026l\e[0m\e[?25h"u8);
            }

            DiscardInput();
            _ = ConsoleAbi.SetMode(Input, _inputBefore | ConsoleAbi.ExtendedFlags);
            _ = ConsoleAbi.SetMode(Output, _outputBefore);
            _ = ConsoleAbi.SetOutputCodePage(_pageBefore);
        }
        finally
        {
            if (isFree)
            {
                _lock.Exit();
            }
        }
    }

    /// <summary>The size of its window in cells; 80 x 24 where it does not know.</summary>
    public (int Columns, int Rows) Size()
    {
        ConsoleAbi.ScreenInfo info;
        return ConsoleAbi.GetScreen(Output, &info) && info.Right >= info.Left && info.Bottom >= info.Top
            ? (Math.Min(info.Right - info.Left + 1, MostColumns), Math.Min(info.Bottom - info.Top + 1, MostRows))
            : (80, 24);
    }

    /// <summary>Where its window begins in what it remembers.</summary>
    public (int Column, int Row) Origin()
    {
        ConsoleAbi.ScreenInfo info;
        return ConsoleAbi.GetScreen(Output, &info) ? (info.Left, info.Top) : (0, 0);
    }

    /// <summary>Reads what is there, without waiting.</summary>
    /// <returns>False when there is no console any more.</returns>
    public bool TryRead(ConsoleAbi.InputRecord[] records, out int count)
    {
        count = 0;
        lock (_inputLock)
        {
            uint found = 0;
            bool isThere = !_isOurs || ConsoleAbi.CountInput(Input, &found);
            if (found == 0)
            {
                return isThere;
            }

            fixed (ConsoleAbi.InputRecord* first = records)
            {
                bool isRead = ConsoleAbi.ReadInput(Input, first, Math.Min(found, (uint)records.Length), &found);
                count = isRead ? (int)found : 0;
                return isRead;
            }
        }
    }

    /// <summary>Gives a frame to the writer, which has none.</summary>
    public void Show(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > _frame.Length)
        {
            _frame = new byte[Math.Max(2 * _frame.Length, frame.Length)];
        }

        frame.CopyTo(_frame);
        _length = frame.Length;
        _news.Set();
    }

    public void Dispose()
    {
        _processEnd.Stop();
        EndForGood();
        _news.Set();
        if (_writer.Join(s_patience))
        {
            _news.Dispose();
        }

        Input.Dispose();
        Output.Dispose();
    }

    // Nobody begins again behind it.
    private void EndForGood()
    {
        _isOver = true;
        End();
    }

    // Keys that were meant for this program are no input of the shell.
    private void DiscardInput()
    {
        if (_inputLock.TryEnter(s_patience))
        {
            _ = ConsoleAbi.DiscardInput(Input);
            _inputLock.Exit();
        }
    }

    private void WriteFrames()
    {
        while (!_isOver)
        {
            _news.WaitOne();
            for (int at = 0; at < _length && _isOurs; at += MostAtOnce)
            {
                lock (_lock)
                {
                    if (_isOurs)
                    {
                        Write(_frame.AsSpan(at, Math.Min(MostAtOnce, _length - at)));
                    }
                }
            }

            _length = 0;
        }
    }

    // What fails here fails because it is gone.
    private void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            uint written;
            for (int at = 0; at < bytes.Length && Kernel32.Write(Output, first + at, (uint)(bytes.Length - at), &written, null) && written > 0; at += (int)written)
            {
            }
        }
    }
}
