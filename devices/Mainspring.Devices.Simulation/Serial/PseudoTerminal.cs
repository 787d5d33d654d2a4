using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Mainspring.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// A pair of connected terminals (pty(7)): a program opens <see cref="Path"/> as it would a serial device, and this object is the device. As a source it
/// emits what the program writes, as <see cref="SerialData"/>. It can be unplugged (<see cref="HangUp"/>) and plugged in again (<see cref="Reconnect"/>).
/// Loop's thread only.
/// </summary>
/// <remarks>
/// <para>The far end is in raw mode from the beginning. It is kept open from this side too, so that it takes bytes while no program has it open, and closing it is no hang-up.
/// A hang-up discards what the program had not read yet, as the kernel does it.</para>
/// <para>What is written passes through the kernel's work queue: it arrives soon after <see cref="TryWrite"/>, not within it.</para>
/// </remarks>
[SupportedOSPlatform("linux")]
[DebuggerDisplay("{Name}, {Path}")]
public sealed class PseudoTerminal : IPollableSource, IDisposable
{
    private const int DefaultReadBufferSize = 4096;
    private const int WriteQueueSize = 65536;

    private readonly QueuedWriter _writer;
    private readonly byte[] _buffer;
    private readonly string? _linkPath;
    private SourceContext? _context;
    private SafeFileHandle? _near;  // the master
    private SafeFileHandle? _far;   // the slave, held open
    private string _farPath = "";
    private bool _isDisposed;

    /// <summary>Makes a pair whose path the system chooses.</summary>
    /// <exception cref="IOException">The system has no pseudo-terminals left, or none at all.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public PseudoTerminal()
        : this(null, DefaultReadBufferSize)
    {
    }

    internal PseudoTerminal(string? linkPath, int readBufferSize)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("PseudoTerminal needs Linux; ScriptedSource simulates devices anywhere.");
        }

        _linkPath = linkPath;
        _buffer = new byte[readBufferSize];
        _writer = new QueuedWriter(() => Path, WriteQueueSize, Write);
        Name = $"pty:{linkPath ?? "device"}";
        Reconnect();
    }

    /// <summary>Makes a pair whose far end has a path that stays the same when it is unplugged and comes back: a symbolic link, which is there while it is plugged in.</summary>
    /// <param name="linkPath">Where the link is made; a link that is there is replaced.</param>
    /// <returns>The pair.</returns>
    /// <exception cref="IOException">The system has no pseudo-terminals left, or the link cannot be made.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static PseudoTerminal At(string linkPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(linkPath);
        return new PseudoTerminal(System.IO.Path.GetFullPath(linkPath), DefaultReadBufferSize);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The far end, for the program that talks to the device.</summary>
    public string Path => _linkPath ?? _farPath;

    /// <summary>Whether it is plugged in.</summary>
    public bool IsConnected => _near is not null;

    /// <summary>Bytes that wait for the far end to take them.</summary>
    public int QueuedBytes => _writer.QueuedBytes;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is unplugged.</exception>
    public SafeHandle Handle => _near ?? throw new InvalidOperationException($"{Name} is unplugged.");

    /// <inheritdoc/>
    public PollEvents Interest => _writer.Interest;

    internal SafeFileHandle FarEnd => _far ?? throw new InvalidOperationException($"{Name} is unplugged.");

    /// <summary>Sends bytes to the far end, all or none, without waiting. On a loop, what does not fit the terminal now (about 4 to 64 KiB) goes when it does.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>False when they do not fit, or it is unplugged.</returns>
    /// <exception cref="ArgumentException">They never fit.</exception>
    public bool TryWrite(ReadOnlySpan<byte> bytes) => _writer.TryWrite(bytes);

    /// <summary>Unplugs the device: its link vanishes, and whoever has the far end open sees a hang-up. Idempotent.</summary>
    public void HangUp()
    {
        if (_near is not { } near)
        {
            return;
        }

        if (_linkPath is not null)
        {
            File.Delete(_linkPath); // first, so that nobody finds an end that is dead
        }

        _context?.Disconnected(); // the loop lets go of the descriptor, which else stayed open
        _near = null;
        _writer.Close();
        near.Dispose();
        _far?.Dispose();
        _far = null;
    }

    /// <summary>Plugs the device in again, as a new terminal: at the same path when it was made by <see cref="At"/>. Does nothing when it is plugged in.</summary>
    /// <exception cref="IOException">The system has no pseudo-terminals left, or the link cannot be made.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Reconnect()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_near is not null)
        {
            return;
        }

        (_near, _far, _farPath) = Make();
        _writer.Open();
        if (_linkPath is not null)
        {
            // Renamed into place: there is no moment at which the link is broken.
            string temporary = $"{_linkPath}.{Environment.ProcessId}.new";
            File.Delete(temporary);
            File.CreateSymbolicLink(temporary, _farPath);
            File.Move(temporary, _linkPath, overwrite: true);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It is unplugged.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_near is null)
        {
            throw new IOException($"{Name}: is unplugged; call Reconnect.");
        }

        _context = context;
        _writer.Watch(context);
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if ((ready & PollEvents.Writable) != 0)
        {
            _writer.WriteQueued();
        }

        int handled = 0;
        while (handled < maxEvents && _context is { } context && _near is { } near)
        {
            int count = Descriptor.Read(near, _buffer, out Errno error);
            if (count == 0)
            {
                if (error != Errno.Again)
                {
                    context.Disconnected();
                }

                break;
            }

            handled++;
            context.CountBytes(count);
            context.Emit(new SerialData(_buffer.AsSpan(0, count)));
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _context = null;
        _writer.Watch(null);
    }

    /// <summary>Unplugs it for good.</summary>
    public void Dispose()
    {
        HangUp();
        _isDisposed = true;
    }

    private int Write(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        int written = Descriptor.Write(_near!, bytes, out Errno error);
        isBroken = error != Errno.None && error != Errno.Again;
        return written;
    }

    private static unsafe (SafeFileHandle Near, SafeFileHandle Far, string FarPath) Make()
    {
        const int MaxPath = 128;
        var near = new SafeFileHandle(Libc.OpenPseudoTerminal(Libc.OpenDevice), ownsHandle: true);
        try
        {
            byte* name = stackalloc byte[MaxPath];
            if (near.IsInvalid || Libc.GrantPseudoTerminal(near) != 0 || Libc.UnlockPseudoTerminal(near) != 0)
            {
                throw new IOException($"The system gives no pseudo-terminal: {Errno.Last.Message} (sysctl kernel.pty.max is how many there may be).", Errno.Last.Number);
            }

            int error = Libc.NameOfPseudoTerminal(near, name, MaxPath);
            if (error != 0)
            {
                throw new IOException($"The system does not name a pseudo-terminal: {new Errno(error).Message}.", error);
            }

            string path = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
            return (near, SerialDevice.Open(path, new SerialOptions { Exclusive = false, MarkErrors = false }), path);
        }
        catch
        {
            near.Dispose();
            throw;
        }
    }
}
