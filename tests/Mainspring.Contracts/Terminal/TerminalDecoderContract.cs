using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What a terminal sends, and which keys it means by it. The bytes may be cut anywhere.</summary>
public sealed class TerminalDecoderContract
{
    private const int Seed = 20260917;

    // What is sent, and what is found in it.
    private static readonly (string Sent, string Found)[] s_table =
    [
        ("a", "key a, text a"),
        ("A", "key Shift+a, text A"),
        (" ", "key ' ', text ' '"),
        ("!", "key !, text !"),
        ("ä", "key ä, text ä"),
        ("Ä", "key Shift+ä, text Ä"),
        ("漢", "key 漢, text 漢"),
        ("🙂", "key 🙂, text 🙂"),
        ("\r", "key Enter"),
        ("\n", "key Control+j"),
        ("\t", "key Tab"),
        ("\x7F", "key Backspace"),
        ("\b", "key Backspace"),
        ("\0", "key Control+' '"),
        ("\x01", "key Control+a"),
        ("\x1A", "key Control+z"),
        ("\x1C", "key Control+\\"),
        ("\x1F", "key Control+_"),
        ("\ea", "key Alt+a"),
        ("\eA", "key Shift, Alt+a"),
        ("\eä", "key Alt+ä"),
        ("\e\r", "key Alt+Enter"),
        ("\e\x7F", "key Alt+Backspace"),
        ("\e\x01", "key Alt, Control+a"),
        ("\e\ea", "key Escape, key Alt+a"),
        ("\e[A\e[B\e[C\e[D", "key Up, key Down, key Right, key Left"),
        ("\eOA\eOB\eOC\eOD", "key Up, key Down, key Right, key Left"),
        ("\e[H\e[F\e[E", "key Home, key End, key Begin"),
        ("\eOH\eOF\eOM", "key Home, key End, key Enter"),
        ("\eOj\eOy\eOX", "key *, text *, key 9, text 9, key =, text ="),
        ("\eOP\eOQ\eOR\eOS", "key F1, key F2, key F3, key F4"),
        ("\e[[A\e[[E", "key F1, key F5"),
        ("\e[11~\e[15~\e[17~\e[21~\e[23~\e[24~", "key F1, key F5, key F6, key F10, key F11, key F12"),
        ("\e[25~\e[26~\e[28~\e[29~\e[31~\e[34~", "key F13, key F14, key F15, key Menu, key F17, key F20"),
        ("\e[1~\e[2~\e[3~\e[4~\e[5~\e[6~\e[7~\e[8~", "key Home, key Insert, key Delete, key End, key PageUp, key PageDown, key Home, key End"),
        ("\e[1;2A\e[1;3B\e[1;5C\e[1;8D", "key Shift+Up, key Alt+Down, key Control+Right, key Shift, Alt, Control+Left"),
        ("\e[1;5P\e[1;2R", "key Control+F1, key Shift+F3"),
        ("\e[3;5~\e[24;2~", "key Control+Delete, key Shift+F12"),
        ("\e[Z", "key Shift+Tab"),
        ("\e\e[A\e\eOP", "key Alt+Up, key Alt+F1"),
        ("\e[27;5;105~", "key Control+i"),
        ("\e[27;2;65~", "key Shift+a, text A"),
        ("\e[I\e[O", "focus, no focus"),
        ("\e[<0;1;1M\e[<0;1;1m", "mouse Press Left 0,0, mouse Release Left 0,0"),
        ("\e[<1;80;24M\e[<2;300;200M", "mouse Press Middle 79,23, mouse Press Right 299,199"),
        ("\e[<64;5;6M\e[<65;5;6M\e[<66;5;6M\e[<67;5;6M", "mouse Press WheelUp 4,5, mouse Press WheelDown 4,5, mouse Press WheelLeft 4,5, mouse Press WheelRight 4,5"),
        ("\e[<32;5;6M\e[<35;5;6M", "mouse Move Left 4,5, mouse Move None 4,5"),
        ("\e[<20;5;6M", "mouse Press Left 4,5 Shift, Control"),
        ("\e[<128;5;6M\e[<129;5;6M", "mouse Press Back 4,5, mouse Press Forward 4,5"),
        ("\e[?0u", "protocol"),
        ("\e[97;;97u\e[97;1:2;97u\e[97;1:3u", "key a, text a, key repeats a, text a, key releases a"),
        ("\e[97;2;65u", "key Shift+a, text A"),
        ("\e[97:65;6u", "key Shift, Control+a"),
        ("\e[97;129;97u", "key a, text a"),
        ("\e[49;2;33u", "key Shift+1, text !"),
        ("\e[99;5u", "key Control+c"),
        ("\e[13u\e[13;1:3u\e[9u\e[27u\e[127u", "key Enter, key releases Enter, key Tab, key Escape, key Backspace"),
        ("\e[57441;2u\e[57441;1:3u\e[57442;5u\e[57449;3u", "key Shift+LeftShift, key releases LeftShift, key Control+LeftControl, key Alt+RightAlt"),
        ("\e[1;1:3A\e[3;1:3~", "key releases Up, key releases Delete"),
        ("\e[57400;;49u\e[57414u\e[57419u", "key 1, text 1, key Enter, key Up"),
        ("\e[0;;12354:12356u", "text あ, text い"),
        ("\e[57376u", "key F13"),
        ("\e[200~one\rtwo\e[201~", "paste one\rtwo"),
        ("\e[200~\e[201~x", "paste , key x, text x"),
        ("\e[200~\e[2\e[201\e[20\e\e[201~", "paste \e[2\e[201\e[20\e"),
        ("\e[201~", "unknown \e[201~"),
        ("\e[57428u", "unknown \e[57428u"),
        ("\e[?1;2c", "unknown \e[?1;2c"),
        ("\e[12;40R", "unknown \e[12;40R"),
        ("\e[99~", "unknown \e[99~"),
        ("\e[5\u0018a", "unknown \e[5, key a, text a"),
        ("\e[5\e[A", "unknown \e[5, key Up"),
        ("\e[5ä", "unknown \e[5, key ä, text ä"),
        ("\e]11;rgb:0/0/0\e\\a", "unknown \e]11;rgb:0/0/0, key a, text a"),
        ("\e]11;rgb:0/0/0\aa", "unknown \e]11;rgb:0/0/0\a, key a, text a"),
        ("\eP1$r0m\e\\", "unknown \eP1$r0m"),
        ("\eP1\e[A", "unknown \eP1, key Up"),
        ("\e_Gi=1;OK\e\\", "unknown \e_Gi=1;OK"),
        ("\u0085", "unknown \u0085"),
    ];

    [Case]
    public void EverySequence_IsWhatItMeans()
    {
        foreach ((string sent, string found) in s_table)
        {
            Check.Equal(found, Decode(Encoding.UTF8.GetBytes(sent)), Show(sent));
        }
    }

    [Case]
    public void EverySequence_CutAnywhere_MeansTheSame()
    {
        foreach ((string sent, string found) in s_table)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(sent);
            for (int cut = 0; cut <= bytes.Length; cut++)
            {
                Check.Equal(found, Decode(bytes, cut), $"{Show(sent)} cut after {cut}");
            }
        }
    }

    [Case]
    public void AnyTwoSequences_CutAnywhere_MeanTheSame()
    {
        foreach ((string one, string foundOne) in s_table)
        {
            foreach ((string other, string foundOther) in s_table)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(one + other);
                int cut = Encoding.UTF8.GetByteCount(one);
                Check.Equal($"{foundOne}, {foundOther}", Decode(bytes, cut), Show(one + other));
                Check.Equal($"{foundOne}, {foundOther}", Decode(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]), Show(one + other));
            }
        }
    }

    [Case]
    public void AnyBytes_CutAnywhere_MeanTheSame()
    {
        var random = new Random(Seed);
        byte[] likely = [.. "\e\e\e[[[O<?;:0123456789AMmu~\\]P\a"u8, 0xC3, 0xA4, 0xE6, 0xBC, 0xF0, 0x9F, 0xFF, 0x80];
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = new byte[random.Next(1, 60)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(4) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)];
            }

            string whole = Decode(bytes);
            Check.Equal(whole, Decode(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]), $"{Convert.ToHexString(bytes)} byte by byte");
            for (int cut = 0; cut <= bytes.Length; cut++)
            {
                Check.Equal(whole, Decode(bytes, cut), $"{Convert.ToHexString(bytes)} cut after {cut}");
            }
        }
    }

    [Case]
    public void BytesThatAreNoText_AreReplacedAndDisturbNothing()
    {
        Check.Equal("key \uFFFD, text \uFFFD, key a, text a", Decode([0xFF, (byte)'a']));
        Check.Equal("key \uFFFD, text \uFFFD, key a, text a", Decode([0xC3, (byte)'a']));
        Check.Equal("key \uFFFD, text \uFFFD, key Up", Decode([0xF0, 0x9F, .. "\e[A"u8]));
        Check.Equal("key \uFFFD, text \uFFFD, key ä, text ä", Decode([0xE6, 0xC3, 0xA4]));
    }

    [Case]
    public void Timeout_MakesWhatWasBegunWhatItIsByItself()
    {
        Check.Equal("key Escape", DecodeToTheEnd("\e"));
        Check.Equal("key Escape, key Escape", DecodeToTheEnd("\e\e"));
        Check.Equal("key Alt+[", DecodeToTheEnd("\e["));
        Check.Equal("key Shift, Alt+o", DecodeToTheEnd("\eO"));
        Check.Equal("key Alt+]", DecodeToTheEnd("\e]"));
        Check.Equal("key Shift, Alt+p", DecodeToTheEnd("\eP"));
        Check.Equal("unknown \e[1;5", DecodeToTheEnd("\e[1;5"));
        Check.Equal("unknown \e]11;, key Escape", DecodeToTheEnd("\e]11;\e"));
        Check.Equal("key a, text a", DecodeToTheEnd("a"));
        var decoder = new TerminalDecoder();
        ReadOnlySpan<byte> half = [0xC3];
        Check.False(decoder.Next(ref half));
        Check.True(decoder.IsPending);
        Check.Equal("key \uFFFD, text \uFFFD", Rest(decoder));
        Check.False(decoder.IsPending);
    }

    [Case]
    public void Paste_WaitsForItsEndWithoutTimeout()
    {
        var decoder = new TerminalDecoder();
        ReadOnlySpan<byte> input = "\e[200~half\e"u8;
        Check.False(decoder.Next(ref input));
        Check.False(decoder.IsPending, "a paste may be slow");
        Check.Equal("", Rest(decoder));
        ReadOnlySpan<byte> end = "[201~"u8;
        Check.True(decoder.Next(ref end));
        Check.Equal(TerminalItem.PasteEnd, decoder.Item);
        Check.Equal("half", Encoding.UTF8.GetString(decoder.Bytes));
    }

    [Case]
    public void Paste_OfAnyLength_ComesWhole_AndCutsNoCharacter()
    {
        foreach (int length in (int[])[1, 339, 340, 341, 1000, 1017, 1018, 1019, 1024, 5000])
        {
            for (int shift = 0; shift < 4; shift++)
            {
                string text = new string('x', shift) + string.Concat(Enumerable.Repeat("漢ä🙂a", length / 4 + 1));
                byte[] bytes = Encoding.UTF8.GetBytes($"\e[200~{text}\e[201~");
                var decoder = new TerminalDecoder();
                var pasted = new StringBuilder();
                foreach (byte b in bytes)
                {
                    ReadOnlySpan<byte> input = [b];
                    while (decoder.Next(ref input))
                    {
                        string piece = Encoding.UTF8.GetString(decoder.Bytes);
                        Check.False(piece.Contains('\uFFFD'), "a character was cut in two");
                        pasted.Append(piece);
                    }
                }

                Check.Equal(text, pasted.ToString());
                Check.Equal(TerminalItem.None, decoder.Item);
                Check.False(decoder.IsPending);
            }
        }
    }

    [Case]
    public void LongSequence_IsBounded_AndComesInPieces()
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"\e]52;c;{new string('A', 10_000)}\aX");
        var decoder = new TerminalDecoder();
        ReadOnlySpan<byte> input = bytes;
        int length = 0;
        while (decoder.Next(ref input) && decoder.Item == TerminalItem.Unknown)
        {
            length += decoder.Bytes.Length;
        }

        Check.Equal(bytes.Length - 1, length);
        Check.Equal(TerminalItem.Key, decoder.Item);
        Check.Equal('x', (char)decoder.Key.Character.Value);
        string numbers = $"\e[{new string('9', 5000)}~";
        Check.Equal(numbers.Length, Decode(Encoding.UTF8.GetBytes(numbers)).Replace("unknown ", "", StringComparison.Ordinal).Replace(", ", "", StringComparison.Ordinal).Length);
    }

    [Case]
    public void Decoding_AllocatesNothing()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(s_table.Select(static entry => entry.Sent)));
        var decoder = new TerminalDecoder();
        Allocations.None(() =>
        {
            ReadOnlySpan<byte> input = bytes;
            while (decoder.Next(ref input))
            {
            }
        });
    }

    private static string DecodeToTheEnd(string sent)
    {
        var decoder = new TerminalDecoder();
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(sent);
        var found = new List<string>();
        while (decoder.Next(ref input))
        {
            Note(decoder, found, new StringBuilder());
        }

        string rest = Rest(decoder);
        Check.False(decoder.IsPending);
        return rest.Length == 0 ? string.Join(", ", found) : string.Join(", ", [.. found, rest]);
    }

    private static string Rest(TerminalDecoder decoder)
    {
        var found = new List<string>();
        while (decoder.NextAfterTimeout())
        {
            Note(decoder, found, new StringBuilder());
        }

        return string.Join(", ", found);
    }

    private static string Decode(byte[] bytes, params int[] cuts)
    {
        var decoder = new TerminalDecoder();
        var found = new List<string>();
        var paste = new StringBuilder();
        int from = 0;
        foreach (int to in (int[])[.. cuts, bytes.Length])
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(from, to - from);
            while (decoder.Next(ref input))
            {
                Note(decoder, found, paste);
            }

            Check.True(input.IsEmpty);
            from = to;
        }

        return string.Join(", ", found);
    }

    private static void Note(TerminalDecoder decoder, List<string> found, StringBuilder paste)
    {
        switch (decoder.Item)
        {
            case TerminalItem.Key:
                TerminalKey key = decoder.Key;
                string name = key.Code == TerminalKeyCode.Character ? Name(key.Character) : key.Code.ToString();
                string action = key.Action switch { TerminalKeyAction.Repeat => "repeats ", TerminalKeyAction.Release => "releases ", _ => "" };
                found.Add($"key {action}{(key.Modifiers == TerminalModifiers.None ? "" : $"{key.Modifiers}+")}{name}");
                break;
            case TerminalItem.Text:
                found.Add($"text {Name(decoder.Text)}");
                break;
            case TerminalItem.Mouse:
                TerminalMouse mouse = decoder.Mouse;
                found.Add($"mouse {mouse.Action} {mouse.Button} {mouse.Column},{mouse.Row}{(mouse.Modifiers == TerminalModifiers.None ? "" : $" {mouse.Modifiers}")}");
                break;
            case TerminalItem.Focus:
                found.Add(decoder.HasFocus ? "focus" : "no focus");
                break;
            case TerminalItem.KeyProtocol:
                found.Add("protocol");
                break;
            case TerminalItem.Unknown:
                found.Add($"unknown {Encoding.UTF8.GetString(decoder.Bytes)}");
                break;
            default:
                paste.Append(Encoding.UTF8.GetString(decoder.Bytes));
                if (decoder.Item == TerminalItem.PasteEnd)
                {
                    found.Add($"paste {paste}");
                    paste.Clear();
                }

                break;
        }
    }

    private static string Name(Rune rune) => rune.Value == ' ' ? "' '" : rune.ToString();

    private static string Show(string sent) => sent.Replace("\e", "ESC", StringComparison.Ordinal);
}
