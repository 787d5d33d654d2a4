namespace Mainspring.Devices;

/// <summary>
/// The order in which a terminal's events come, on every system: that it is connected; the releases of keys that were held, and the lost focus; nothing while it is given back; that it is resumed; its new size; what is
/// typed; at the end releases once more, and that it is gone.
/// </summary>
internal sealed class TerminalEvents(TerminalScreen screen, TerminalPainter painter, ITerminalInput input)
{
    private bool _isAnnounced;    // TerminalConnected was emitted
    private bool _isReleasing;    // held keys, since the focus went or the program was stopped
    private bool _isFocusLost;    // to be told after them
    private bool _isResizeTold;   // the size has to be asked for
    private bool _isResumed;      // to be told
    private bool _isOver;         // TerminalDisconnected was emitted
    private string? _goneBecause; // nothing more can be read

    public HeldTerminalKeys Held { get; } = new();

    /// <summary>Whether nothing more can be read.</summary>
    public bool IsGone => _goneBecause is not null;

    /// <summary>Whether something has to be told before more of what is typed.</summary>
    public bool HasNews => _isReleasing || _isResizeTold;

    /// <summary>It is attached.</summary>
    public void Begin()
    {
        (_isAnnounced, _isReleasing, _isFocusLost, _isResizeTold, _isResumed, _isOver, _goneBecause) = (false, false, false, false, false, false, null);
        Held.Clear();
        (int columns, int rows) = input.Size();
        screen.Resize(columns, rows);
        painter.Forget();
    }

    /// <summary>It was given back, and is ours again.</summary>
    public void Resume() => (_isReleasing, _isResumed, _isResizeTold) = (true, true, true);

    /// <summary>Its window is not that of the keyboard any more.</summary>
    public void LoseFocus(bool isTold) => (_isReleasing, _isFocusLost) = (true, isTold);

    /// <summary>It may have another size.</summary>
    public void AskSize() => _isResizeTold = true;

    /// <summary>It is gone.</summary>
    public void End(string because) => _goneBecause ??= because;

    /// <summary>Emits one event at the most, or says that there is none now.</summary>
    public bool EmitNext(SourceContext context)
    {
        if (_isOver)
        {
            return false;
        }

        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new TerminalConnected(screen.Columns, screen.Rows));
            return true;
        }

        if (_isReleasing && EmitRelease(context))
        {
            return true;
        }

        if (!input.IsOurs && !IsGone)
        {
            return false; // given back: what is typed now is not for us
        }

        if (_isResumed)
        {
            _isResumed = false;
            context.Emit(new TerminalResumed(screen.Columns, screen.Rows));
            return true;
        }

        if (_isResizeTold && HasNewSize())
        {
            context.Emit(new TerminalResized(screen.Columns, screen.Rows));
            return true;
        }

        if (input.EmitTyped(context))
        {
            return true;
        }

        return HasNews ? EmitNext(context) : IsGone && EmitEnd(context);
    }

    private bool EmitRelease(SourceContext context)
    {
        if (Held.TryRelease(out TerminalKey key))
        {
            context.Emit(in key);
            return true;
        }

        _isReleasing = false;
        if (!_isFocusLost)
        {
            return false;
        }

        _isFocusLost = false;
        context.Emit(new TerminalFocus(false));
        return true;
    }

    private bool EmitEnd(SourceContext context)
    {
        if (Held.TryRelease(out TerminalKey key))
        {
            context.Emit(in key);
            return true;
        }

        _isOver = true;
        context.Emit(new TerminalDisconnected(_goneBecause!));
        context.Disconnected();
        return true;
    }

    private bool HasNewSize()
    {
        _isResizeTold = false;
        (int columns, int rows) = input.Size();
        if (columns == screen.Columns && rows == screen.Rows)
        {
            return false;
        }

        screen.Resize(columns, rows);
        painter.Forget(); // what terminals make of the old content differs
        return true;
    }
}

/// <summary>What of a terminal depends on the system.</summary>
internal interface ITerminalInput
{
    /// <summary>Whether it is in raw mode.</summary>
    bool IsOurs { get; }

    /// <summary>Its size in cells.</summary>
    (int Columns, int Rows) Size();

    /// <summary>Emits the next event of what is typed; none once <see cref="TerminalEvents.HasNews"/>.</summary>
    /// <returns>Whether one was emitted.</returns>
    bool EmitTyped(SourceContext context);
}
