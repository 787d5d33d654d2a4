namespace Mainspring.Devices;

// What a port emits, one event at a time, in the order in which it happened.
public abstract partial class SerialPortBase
{
    private static readonly ModemLines[] s_countedLines = [ModemLines.Cts, ModemLines.Dsr, ModemLines.Ri, ModemLines.Dcd]; // in the order of TryReadCounts

    // Emits one event, or says that there is none now. In this order: connected, the messages of what was read, its mark, what is read next, the end.
    private bool EmitNext(PollEvents ready, SourceContext context, ref bool mayRead)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new SerialConnected(Device));
            if (ReferenceEquals(_context, context) && Options.StatusPeriod is not null)
            {
                CheckStatus(isFirst: true);
            }

            return true;
        }

        if (_isFraming && EmitMessage(context))
        {
            return true;
        }

        if (_mark != SerialMark.None)
        {
            EmitMark(context);
            return true;
        }

        if (_rawStart < _rawEnd && EmitDecoded(context))
        {
            return true;
        }

        if (_goneBecause is null && mayRead && EmitData(ready, context, ref mayRead))
        {
            return true;
        }

        if (_goneBecause is null)
        {
            return false;
        }

        if (_framer is { PendingBytes: > 0 })
        {
            _droppedMessages++;
            long length = _framer.Reset();
            if (_framer is LineFramer)
            {
                context.Emit(new SerialLineIncomplete(length));
            }
            else
            {
                context.Emit(new SerialMessageDropped(FramedKind.None, length));
            }

            return true;
        }

        context.Emit(new SerialDisconnected(Device, _goneBecause));
        context.Disconnected();
        mayRead = false;
        _goneBecause = null;
        return true;
    }

    private bool EmitMessage(SourceContext context)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        FramedKind kind = _framer!.Read(ref input, out ReadOnlySpan<byte> message, out long length);
        _start = _end - input.Length;
        bool isLine = _framer is LineFramer;
        switch (kind)
        {
            case FramedKind.None:
                _isFraming = false;
                return false;
            case FramedKind.Message when isLine:
                context.Emit(new SerialLine(message));
                return true;
            case FramedKind.Message:
                context.Emit(new SerialMessage(message));
                return true;
            case FramedKind.TooLong when isLine:
                _droppedMessages++;
                context.Emit(new SerialLineTooLong(length));
                return true;
            default:
                _droppedMessages++;
                context.Emit(new SerialMessageDropped(kind, length));
                return true;
        }
    }

    private void EmitMark(SourceContext context)
    {
        SerialMark mark = _mark;
        _mark = SerialMark.None;
        if (TryReadCounts(out SerialDeviceCounts counts, out _))
        {
            // A wrong zero looks like a break. The driver has counted which of both it was.
            if (mark == SerialMark.Break && counts.Breaks <= _markedBreaks && counts.FramingErrors + counts.ParityErrors > _markedWrong)
            {
                mark = SerialMark.WrongCharacter;
            }

            _markedBreaks += mark == SerialMark.Break ? 1 : 0;
            _markedWrong += mark == SerialMark.WrongCharacter ? 1 : 0;
        }

        if (mark == SerialMark.Break)
        {
            _framer?.AddBreak();
            context.Emit(new SerialBreak(++_breaks));
        }
        else
        {
            _framer?.AddWrongCharacter();
            context.Emit(new SerialCharacterError(_markValue, ++_wrongCharacters));
        }
    }

    private bool EmitData(PollEvents ready, SourceContext context, ref bool mayRead)
    {
        bool isFailing = (ready & (PollEvents.HangUp | PollEvents.Error)) != 0 || _writer.IsBroken;
        if (!IsReading && !isFailing)
        {
            return false;
        }

        int count = ReadDevice(_buffer.AsSpan(0, Options.ReadBufferSize), out string? gone);
        if (count > 0)
        {
            // A full buffer, or a device that is going: there may be more. Otherwise the poller tells, and a read for nothing is saved.
            mayRead = count == Options.ReadBufferSize || isFailing;
            (_rawStart, _rawEnd) = (0, count);
            return EmitDecoded(context);
        }

        mayRead = false;
        _goneBecause = gone ?? (isFailing ? GoneReason : null);
        return false;
    }

    // The data up to the next mark; only a mark when there are none before it.
    private bool EmitDecoded(SourceContext context)
    {
        _start = _rawStart;
        if (_marks is null)
        {
            (_end, _rawStart) = (_rawEnd, _rawEnd);
        }
        else
        {
            _end = _start + _marks.Next(_buffer.AsSpan(_rawStart, _rawEnd - _rawStart), out int consumed, out _mark, out _markValue);
            _rawStart += consumed;
        }

        if (_start == _end)
        {
            if (_mark == SerialMark.None)
            {
                return false; // the beginning of a mark
            }

            EmitMark(context);
            return true;
        }

        _isFraming = _framer is not null;
        context.CountBytes(_end - _start);
        context.Emit(new SerialData(_buffer.AsSpan(_start, _end - _start)));
        return true;
    }

    private void CheckStatus(bool isFirst)
    {
        if (_context is not { } context || !TryReadLines(out ModemLines lines))
        {
            return; // it is going: the poller says so
        }

        _ = TryReadCounts(out SerialDeviceCounts counts, out long changes);
        ModemLines changed = (lines ^ _lines) & ModemLines.Inputs;
        ModemLines[] counted = s_countedLines;
        for (int i = 0; i < counted.Length; i++)
        {
            changed |= (ushort)(changes >> (16 * i)) != (ushort)(_lineChanges >> (16 * i)) ? counted[i] : ModemLines.None;
        }

        long lost = counts.Overruns - _counts.Overruns + (counts.BufferOverruns - _counts.BufferOverruns);
        (_lines, _lineChanges, _counts) = (lines, changes, counts);
        if (isFirst || changed != ModemLines.None)
        {
            context.Emit(new SerialModemLinesChanged(lines, isFirst ? ModemLines.None : changed));
        }

        if (lost > 0)
        {
            context.Lost(lost);
        }
    }
}
