using System.Diagnostics;
using System.Text;

namespace Mainspring.Devices;

/// <summary>
/// Turns what a terminal sends into keys, text and the rest, byte by byte: where the bytes are cut makes no difference. Only time tells the Escape key from the
/// beginning of a sequence, so whoever reads says when it is over. Allocates nothing.
/// </summary>
/// <remarks>
/// Sources: ECMA-48 (the form of sequences), "XTerm Control Sequences" (keys, SGR mouse, focus, bracketed paste), "Comprehensive keyboard handling in terminals"
/// (the kitty keyboard protocol), console_codes(4).
/// </remarks>
[DebuggerDisplay("{_state}, {_length} bytes")]
internal sealed class TerminalDecoder
{
    private const byte Esc = 0x1B;
    private const byte Bel = 0x07;
    private const byte Cancel = 0x18;
    private const byte Substitute = 0x1A;
    private const byte Del = 0x7F;
    private const int MaxSequence = 256;
    private const int PastePiece = 1024;
    private const int MaxText = 32;

    private readonly byte[] _buffer = new byte[MaxSequence]; // of the sequence that is being read, from its escape on; or of the character
    private readonly byte[] _paste = new byte[PastePiece];
    private readonly Rune[] _text = new Rune[MaxText];       // what the last key typed
    private State _state;
    private bool _isAlt;          // an escape stood before what is being read
    private int _length;          // of _buffer
    private int _pasted;          // of _paste
    private int _pasteKept;       // how much of the piece that was given out last remains in _paste
    private int _endMatched;      // how many bytes of the paste's end were seen
    private int _textNext;
    private int _textCount;

    private enum State
    {
        Ground,
        Character,     // in the midst of UTF-8
        Escape,
        DoubleEscape,
        Csi,
        Ss3,
        String,        // OSC, DCS, APC, PM, SOS: up to BEL or ST
        StringEscape,  // an escape in it, of ST or of the next sequence
        Paste,
    }

    private static ReadOnlySpan<byte> PasteEnd => "\e[201~"u8;

    /// <summary>What was found.</summary>
    public TerminalItem Item { get; private set; }

    /// <summary>With <see cref="TerminalItem.Key"/>: the key.</summary>
    public TerminalKey Key { get; private set; }

    /// <summary>With <see cref="TerminalItem.Text"/>: the character.</summary>
    public Rune Text { get; private set; }

    /// <summary>With <see cref="TerminalItem.Mouse"/>: what it did.</summary>
    public TerminalMouse Mouse { get; private set; }

    /// <summary>With <see cref="TerminalItem.Focus"/>: whether it came or went.</summary>
    public bool HasFocus { get; private set; }

    /// <summary>With <see cref="TerminalItem.Paste"/> and <see cref="TerminalItem.Unknown"/>: the bytes, until the next call.</summary>
    public ReadOnlySpan<byte> Bytes => Item == TerminalItem.Unknown ? _buffer.AsSpan(0, _unknown) : _paste.AsSpan(0, _piece);

    private int _unknown; // the length of Bytes
    private int _piece;

    /// <summary>Whether bytes wait for others that may never come: <see cref="NextAfterTimeout"/> is to be called when they do not.</summary>
    public bool IsPending => _state is not (State.Ground or State.Paste);

    /// <summary>Forgets what was begun: another terminal, or another time.</summary>
    public void Reset()
    {
        _state = State.Ground;
        _isAlt = false;
        _length = _pasted = _pasteKept = _endMatched = _textNext = _textCount = 0;
    }

    /// <summary>Takes bytes from the beginning of the input until something was found.</summary>
    /// <param name="input">The bytes; what was taken is cut off.</param>
    /// <returns>True when <see cref="Item"/> says what it is; false when the input is used up.</returns>
    public bool Next(ref ReadOnlySpan<byte> input)
    {
        if (TakeText())
        {
            return true;
        }

        while (!input.IsEmpty)
        {
            Item = TerminalItem.None;
            if (Take(input[0]))
            {
                input = input[1..];
            }

            if (Item != TerminalItem.None)
            {
                return true;
            }
        }

        Item = TerminalItem.None;
        return false;
    }

    /// <summary>The rest of what was begun did not come: makes of it what it is by itself. To be called until it returns false.</summary>
    public bool NextAfterTimeout()
    {
        if (TakeText())
        {
            return true;
        }

        Item = TerminalItem.None;
        switch (_state)
        {
            case State.Ground or State.Paste:
                break;
            case State.Character:
                EndCharacter(Rune.ReplacementChar);
                break;
            case State.Escape:
                Press(TerminalKeyCode.Escape);
                break;
            case State.DoubleEscape:
                Press(TerminalKeyCode.Escape);
                Begin(State.Escape); // and the other one
                break;
            case State.Csi or State.Ss3 or State.String when _length == 2 && _buffer[0] == Esc:
                Type(new Rune(_buffer[1]), TerminalModifiers.Alt); // not the beginning of a sequence: Alt-[, Alt-O, …
                break;
            case State.StringEscape:
                GiveUnknown();
                Begin(State.Escape); // the Escape key, after a sequence that was cut short
                return Item != TerminalItem.None || NextAfterTimeout();
            default:
                GiveUnknown();
                break;
        }

        return Item != TerminalItem.None;
    }

    // False: the byte has ended what was before it, and is to be looked at again.
    private bool Take(byte b) => _state switch
    {
        State.Ground => TakeGround(b),
        State.Character => TakeCharacter(b),
        State.Escape => TakeEscape(b),
        State.DoubleEscape => TakeDoubleEscape(b),
        State.Csi => TakeCsi(b),
        State.Ss3 => TakeSs3(b),
        State.String => TakeString(b),
        State.StringEscape => TakeStringEscape(b),
        _ => TakePaste(b),
    };

    private bool TakeGround(byte b)
    {
        if (b == Esc)
        {
            Begin(State.Escape);
        }
        else if (b < 0x80)
        {
            TypeAscii(b, TerminalModifiers.None);
        }
        else
        {
            BeginCharacter(isAlt: false);
            return TakeCharacter(b);
        }

        return true;
    }

    private void BeginCharacter(bool isAlt)
    {
        _state = State.Character;
        _isAlt = isAlt;
        _length = 0;
    }

    private bool TakeCharacter(byte b)
    {
        _buffer[_length++] = b;
        switch (Rune.DecodeFromUtf8(_buffer.AsSpan(0, _length), out Rune rune, out _))
        {
            case System.Buffers.OperationStatus.NeedMoreData:
                return true;
            case System.Buffers.OperationStatus.Done:
                EndCharacter(rune);
                return true;
            default:
                bool isFirst = _length == 1;
                EndCharacter(Rune.ReplacementChar);
                return isFirst; // else it does not belong to what was before it
        }
    }

    private void EndCharacter(Rune rune)
    {
        if (Rune.IsControl(rune))
        {
            GiveUnknown(); // U+0080 to U+009F: no key types them
        }
        else
        {
            Type(rune, _isAlt ? TerminalModifiers.Alt : TerminalModifiers.None);
        }
    }

    private bool TakeEscape(byte b)
    {
        switch (b)
        {
            case Esc:
                _state = State.DoubleEscape;
                break;
            case (byte)'[':
                Enter(State.Csi, b);
                break;
            case (byte)'O':
                Enter(State.Ss3, b);
                break;
            case (byte)'P' or (byte)']' or (byte)'_' or (byte)'^' or (byte)'X':
                Enter(State.String, b);
                break;
            case < 0x80:
                TypeAscii(b, TerminalModifiers.Alt);
                break;
            default:
                BeginCharacter(isAlt: true);
                return TakeCharacter(b);
        }

        return true;
    }

    // Two escapes: Alt with a cursor key on some terminals, else the Escape key and whatever the second one begins.
    private bool TakeDoubleEscape(byte b)
    {
        if (b is (byte)'[' or (byte)'O')
        {
            _buffer[0] = Esc;
            _length = 1;
            Enter(b == '[' ? State.Csi : State.Ss3, b);
            _isAlt = true;
            return true;
        }

        Press(TerminalKeyCode.Escape);
        Begin(State.Escape);
        return false;
    }

    private bool TakeCsi(byte b)
    {
        if (b is < 0x20 or >= Del)
        {
            return Abort(b);
        }

        Append(b);
        bool isLinuxConsole = _length == 3 && b == '[' && _buffer[0] == Esc; // its F1 to F5 are CSI [ A to CSI [ E
        if (b >= 0x40 && !isLinuxConsole && Item == TerminalItem.None)
        {
            EndCsi(b);
        }

        return true;
    }

    private bool TakeSs3(byte b)
    {
        if (b is < 0x20 or >= Del)
        {
            return Abort(b);
        }

        Append(b);
        TerminalKeyCode code = Cursor(b);
        if (code != TerminalKeyCode.Character)
        {
            Press(code, AltIf(_isAlt));
        }
        else if (b == 'M')
        {
            Press(TerminalKeyCode.Enter, AltIf(_isAlt));
        }
        else if (b is >= (byte)'j' and <= (byte)'y' or (byte)'X')
        {
            Type(new Rune(b == 'X' ? '=' : (char)(b - 0x40)), AltIf(_isAlt)); // the keypad in application mode: '*' to '9'
        }
        else
        {
            GiveUnknown();
        }

        return true;
    }

    private bool TakeString(byte b)
    {
        switch (b)
        {
            case Bel:
                Append(b);
                if (Item == TerminalItem.None)
                {
                    GiveUnknown();
                }

                break;
            case Esc:
                _state = State.StringEscape;
                break;
            case Cancel or Substitute:
                return Abort(b);
            default:
                Append(b);
                break;
        }

        return true;
    }

    private bool TakeStringEscape(byte b)
    {
        if (b != '\\')
        {
            GiveUnknown(); // cut short by another sequence, whose escape was taken already
            Begin(State.Escape);
            return false;
        }

        GiveUnknown(); // without its terminator
        return true;
    }

    private bool TakePaste(byte b)
    {
        if (_pasteKept > 0)
        {
            _paste.AsSpan(_piece, _pasteKept).CopyTo(_paste);
            (_pasted, _pasteKept) = (_pasteKept, 0);
        }

        if (b == PasteEnd[_endMatched])
        {
            if (++_endMatched == PasteEnd.Length)
            {
                _piece = _pasted;
                (_pasted, _endMatched, _state) = (0, 0, State.Ground);
                Item = TerminalItem.PasteEnd;
            }

            return true;
        }

        if (_endMatched > 0)
        {
            // It was not the end. Its only escape is its first byte, so what was seen of it cannot hold another beginning.
            PasteEnd[.._endMatched].CopyTo(_paste.AsSpan(_pasted));
            _pasted += _endMatched;
            _endMatched = 0;
            GivePasteIfFull();
            return false;
        }

        _paste[_pasted++] = b;
        GivePasteIfFull();
        return true;
    }

    private void GivePasteIfFull()
    {
        if (_pasted < PastePiece - PasteEnd.Length)
        {
            return;
        }

        _piece = _pasted - IncompleteTail(_paste.AsSpan(0, _pasted));
        _pasteKept = _pasted - _piece;
        _pasted = 0;
        Item = TerminalItem.Paste;
    }

    // How many bytes at the end are the beginning of a character.
    private static int IncompleteTail(ReadOnlySpan<byte> bytes)
    {
        for (int i = 1; i <= 3; i++)
        {
            byte b = bytes[^i];
            if (b >= 0xC0)
            {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > i ? i : 0;
            }

            if (b < 0x80)
            {
                return 0;
            }
        }

        return 0;
    }

    private void Begin(State state)
    {
        _state = state;
        _isAlt = false;
        _buffer[0] = Esc;
        _length = 1;
    }

    private void Enter(State state, byte introducer)
    {
        _state = state;
        _buffer[1] = introducer;
        _length = 2;
    }

    private void Append(byte b)
    {
        _buffer[_length++] = b;
        if (_length == MaxSequence)
        {
            bool isEnd = _state == State.Csi ? b >= 0x40 : b == Bel;
            State state = _state;
            GiveUnknown();
            _state = isEnd ? State.Ground : state; // a piece of a very long one
        }
    }

    // A byte that no sequence has in it. CAN and SUB are there to end them, and mean nothing else then.
    private bool Abort(byte b)
    {
        GiveUnknown();
        return b is Cancel or Substitute;
    }

    private void GiveUnknown()
    {
        Item = _length > 0 ? TerminalItem.Unknown : TerminalItem.None;
        (_unknown, _length, _state, _isAlt) = (_length, 0, State.Ground, false);
    }

    private void EndCsi(byte final)
    {
        ReadOnlySpan<byte> all = _buffer.AsSpan(0, _length);
        if (_length < 3 || all[0] != Esc)
        {
            GiveUnknown(); // the rest of a very long one
            return;
        }

        if (all[2] == '[' && _length == 4)
        {
            if (final is >= (byte)'A' and <= (byte)'E')
            {
                Press(TerminalKeyCode.F1 + (final - 'A'), AltIf(_isAlt));
            }
            else
            {
                GiveUnknown();
            }

            return;
        }

        ReadOnlySpan<byte> parameters = all[2..^1];
        switch (final)
        {
            case (byte)'M' or (byte)'m' when parameters is [(byte)'<', ..]:
                TakeMouse(new TerminalParameters(parameters[1..]), isRelease: final == 'm');
                break;
            case (byte)'u' when parameters is [(byte)'?', ..]:
                GiveItem(TerminalItem.KeyProtocol);
                break;
            case var _ when !TerminalParameters.AreNumbers(parameters):
                GiveUnknown();
                break;
            case (byte)'I' or (byte)'O' when parameters.IsEmpty:
                HasFocus = final == 'I';
                GiveItem(TerminalItem.Focus);
                break;
            case (byte)'Z':
                Press(TerminalKeyCode.Tab, TerminalModifiers.Shift | AltIf(_isAlt));
                break;
            case (byte)'~':
                TakeNumbered(new TerminalParameters(parameters));
                break;
            case (byte)'u':
                TakeKitty(new TerminalParameters(parameters));
                break;
            case var _ when Cursor(final) is var code and not TerminalKeyCode.Character && !(final == 'R' && parameters.Contains((byte)';') && IsCursorReport(parameters)):
                Give(code, default, new TerminalParameters(parameters));
                break;
            default:
                GiveUnknown();
                break;
        }
    }

    // CSI 1 ; 5 R may be F3 with Control or a cursor in the first row; nobody here asks for the cursor, but only the former begins with 1.
    private static bool IsCursorReport(ReadOnlySpan<byte> parameters) => new TerminalParameters(parameters).Get(0, 0, 1) != 1;

    private void TakeNumbered(TerminalParameters parameters)
    {
        switch (parameters.Get(0, 0, 0))
        {
            case 200:
                (_state, _pasted, _pasteKept, _endMatched) = (State.Paste, 0, 0, 0);
                return;
            case 27 when parameters.Get(2, 0, 0) is > 0 and var value: // xterm's modifyOtherKeys
                GiveCharacter(value, new TerminalParameters(parameters.Bytes), withText: parameters.Get(1, 0, 1) <= 2);
                return;
            case int number when Numbered(number) is var code and not TerminalKeyCode.Character:
                Give(code, default, parameters);
                return;
            default:
                GiveUnknown();
                return;
        }
    }

    // CSI key:shifted:base ; modifiers:event ; text:… u
    private void TakeKitty(TerminalParameters parameters)
    {
        int value = parameters.Get(0, 0, 1);
        _textNext = _textCount = 0;
        if (Event(parameters) != TerminalKeyAction.Release)
        {
            for (int i = 0; i < MaxText && parameters.Get(2, i, 0) is > 0 and var text; i++)
            {
                if (Rune.TryCreate(text, out Rune rune) && !Rune.IsControl(rune))
                {
                    _text[_textCount++] = rune;
                }
            }
        }

        if (value == 0 && _textCount > 0)
        {
            (_state, _length) = (State.Ground, 0); // text without a key, of an input method
            TakeText();
        }
        else if (TerminalKeyNumbers.Kitty(value) is var code and not TerminalKeyCode.Character)
        {
            Give(code, default, parameters);
        }
        else
        {
            GiveCharacter(value, parameters, withText: false);
        }
    }

    private void GiveCharacter(int value, TerminalParameters parameters, bool withText)
    {
        value = TerminalKeyNumbers.KittyKeypad(value);
        TerminalKeyCode code = TerminalKeyNumbers.Kitty(value);
        if (code != TerminalKeyCode.Character)
        {
            Give(code, default, parameters);
        }
        else if (Rune.TryCreate(value, out Rune rune) && !Rune.IsControl(rune) && value is not (>= 0xE000 and <= 0xF8FF)) // the private ones are keys that have no name here
        {
            Rune plain = Rune.ToLowerInvariant(rune);
            Give(TerminalKeyCode.Character, plain, parameters);
            if (withText)
            {
                (_text[0], _textNext, _textCount) = (rune, 0, 1);
            }
        }
        else
        {
            _textCount = 0;
            GiveUnknown();
        }
    }

    private void TakeMouse(TerminalParameters parameters, bool isRelease)
    {
        int bits = parameters.Get(0, 0, 0);
        TerminalMouseButton button = (bits & 0xC3) switch
        {
            0 => TerminalMouseButton.Left,
            1 => TerminalMouseButton.Middle,
            2 => TerminalMouseButton.Right,
            64 => TerminalMouseButton.WheelUp,
            65 => TerminalMouseButton.WheelDown,
            66 => TerminalMouseButton.WheelLeft,
            67 => TerminalMouseButton.WheelRight,
            128 => TerminalMouseButton.Back,
            129 => TerminalMouseButton.Forward,
            _ => TerminalMouseButton.None,
        };
        TerminalModifiers modifiers = ((bits & 4) != 0 ? TerminalModifiers.Shift : 0) | ((bits & 8) != 0 ? TerminalModifiers.Alt : 0) | ((bits & 16) != 0 ? TerminalModifiers.Control : 0);
        TerminalMouseAction action = (bits & 32) != 0 ? TerminalMouseAction.Move : isRelease ? TerminalMouseAction.Release : TerminalMouseAction.Press;
        Mouse = new TerminalMouse(action, button, Math.Max(0, parameters.Get(1, 0, 1) - 1), Math.Max(0, parameters.Get(2, 0, 1) - 1), modifiers);
        GiveItem(TerminalItem.Mouse);
    }

    private void TypeAscii(byte b, TerminalModifiers modifiers)
    {
        switch (b)
        {
            case (byte)'\r':
                Press(TerminalKeyCode.Enter, modifiers);
                break;
            case (byte)'\t':
                Press(TerminalKeyCode.Tab, modifiers);
                break;
            case Del or (byte)'\b':
                Press(TerminalKeyCode.Backspace, modifiers);
                break;
            case 0:
                GiveKey(TerminalKeyCode.Character, new Rune(' '), modifiers | TerminalModifiers.Control);
                break;
            case < 0x20:
                GiveKey(TerminalKeyCode.Character, new Rune((char)(b + (b < Esc ? 0x60 : 0x40))), modifiers | TerminalModifiers.Control);
                break;
            default:
                Type(new Rune(b), modifiers);
                break;
        }
    }

    // A character as terminals have always sent it: what was typed, not which key.
    private void Type(Rune rune, TerminalModifiers modifiers)
    {
        Rune plain = Rune.ToLowerInvariant(rune);
        GiveKey(TerminalKeyCode.Character, plain, modifiers | (plain != rune ? TerminalModifiers.Shift : TerminalModifiers.None));
        if ((modifiers & TerminalModifiers.Alt) == 0)
        {
            (_text[0], _textNext, _textCount) = (rune, 0, 1);
        }
    }

    private bool TakeText()
    {
        if (_textNext >= _textCount)
        {
            return false;
        }

        Text = _text[_textNext++];
        Item = TerminalItem.Text;
        return true;
    }

    private void Press(TerminalKeyCode code, TerminalModifiers modifiers = TerminalModifiers.None) => GiveKey(code, default, modifiers);

    // With the modifiers and the event of the second parameter.
    private void Give(TerminalKeyCode code, Rune character, TerminalParameters parameters)
    {
        const TerminalModifiers All = TerminalModifiers.Shift | TerminalModifiers.Alt | TerminalModifiers.Control | TerminalModifiers.Super | TerminalModifiers.Hyper | TerminalModifiers.Meta;
        TerminalModifiers modifiers = (TerminalModifiers)Math.Max(0, parameters.Get(1, 0, 1) - 1) & All;
        GiveKey(code, character, modifiers | AltIf(_isAlt), Event(parameters));
    }

    private static TerminalKeyAction Event(TerminalParameters parameters) => parameters.Get(1, 1, 1) switch
    {
        2 => TerminalKeyAction.Repeat,
        3 => TerminalKeyAction.Release,
        _ => TerminalKeyAction.Press,
    };

    private void GiveKey(TerminalKeyCode code, Rune character, TerminalModifiers modifiers, TerminalKeyAction action = TerminalKeyAction.Press)
    {
        Key = new TerminalKey(code, character, modifiers, action);
        GiveItem(TerminalItem.Key);
    }

    private void GiveItem(TerminalItem item)
    {
        (_state, _length, _isAlt) = (State.Ground, 0, false);
        Item = item;
    }

    private static TerminalModifiers AltIf(bool isAlt) => isAlt ? TerminalModifiers.Alt : TerminalModifiers.None;

    private static TerminalKeyCode Cursor(byte final) => TerminalKeyNumbers.Cursor(final);

    private static TerminalKeyCode Numbered(int number) => TerminalKeyNumbers.Numbered(number);
}
