using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The smallest source with a descriptor: a pipe of which every byte is an event. It opens a new pipe whenever it is attached.</summary>
public sealed class PipeSource : IPollableSource
{
    private SourceContext? _context;
    private SafeFileHandle? _read;
    private SafeFileHandle? _write;

    /// <inheritdoc/>
    public string Name { get; init; } = "pipe";

    /// <inheritdoc/>
    public SafeHandle Handle => _read ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest { get; init; } = PollEvents.Readable;

    /// <summary>Whether opening fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether the source leaves the end of the pipe to the loop, which sees a hang-up, instead of telling it.</summary>
    public bool LeavesHangUpToTheLoop { get; init; }

    /// <summary>Called in every attach, when the pipe is open.</summary>
    public Action<SourceContext>? Attaching { get; set; }

    /// <summary>Called in every dispatch, before anything else.</summary>
    public Action<PollEvents>? Dispatching { get; set; }

    /// <summary>How often it was dispatched.</summary>
    public int Dispatches { get; private set; }

    /// <summary>The context of the present attach.</summary>
    public SourceContext? Context => _context;

    /// <summary>Writes bytes into the far end.</summary>
    public void Feed(int bytes)
    {
        if (_write is { } far)
        {
            Sys.Write(far, bytes);
        }
    }

    /// <summary>Closes the far end.</summary>
    public void HangUp() => _write?.Dispose();

    /// <inheritdoc/>
    public void Attach(SourceContext context)
    {
        if (IsBroken)
        {
            throw new IOException($"{Name} is not there.");
        }

        (_read, _write) = Sys.Pipe();
        _context = context;
        Attaching?.Invoke(context);
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        Dispatches++;
        Dispatching?.Invoke(ready);
        int handled = 0;
        while (handled < maxEvents && _context is not null) // null: a handler has removed this source
        {
            int read = Sys.Read(Handle, 1);
            if (read < 0)
            {
                break;
            }

            if (read == 0)
            {
                if (!LeavesHangUpToTheLoop)
                {
                    _context.Disconnected();
                }

                break;
            }

            handled++;
            _context.CountBytes(1);
            _context.Emit(new PipeByte(handled));
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _context = null;
        _read?.Dispose();
        _write?.Dispose();
        _read = _write = null;
    }
}

/// <summary>A byte came through a <see cref="PipeSource"/>.</summary>
/// <param name="Index">Its number in the dispatch.</param>
public readonly record struct PipeByte(int Index);
