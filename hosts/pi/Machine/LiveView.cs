using System.Globalization;
using System.Text;

namespace Mainspring.Pi;

/// <summary>What the machine does, live: the terminal's screen, drawn anew in place. A terminal that is slow loses pictures, and holds nobody.</summary>
internal sealed class LiveView(Machine machine, MainLoop loop, BoundedWriter output)
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly StringBuilder _text = new(4096);
    private bool _isBegun;

    /// <summary>Gives the terminal back as it was: the cursor shown, the other screen (console_codes(4), xterm's ?1049).</summary>
    public static ReadOnlySpan<byte> Leave => "\e[?25h\e[?1049l"u8;

    public void Draw()
    {
        _text.Clear();
        if (!_isBegun)
        {
            _isBegun = true;
            _text.Append("\e[?1049h\e[?25l");
        }

        _text.Append("\e[H");
        _text.Append(CultureInfo.InvariantCulture, $"mainspring-pi   {loop.Now:d\\.hh\\:mm\\:ss}   {loop.Counters.Ticks} ticks   {loop.FrameStats.Frames} frames   Ctrl-C ends\n\n");
        MachineReport.Describe(machine, _text);
        _text.Replace("\n", "\e[K\r\n"); // what is left of longer lines goes
        _text.Append("\e[J");
        output.TryWrite(Encoding.UTF8.GetBytes(_text.ToString()));
    }
}
