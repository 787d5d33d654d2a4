namespace Mainspring.Devices;

/// <summary>How long the line rests after each serial character (termios(3): CSTOPB).</summary>
public enum StopBits
{
    /// <summary>For one bit's time.</summary>
    One,

    /// <summary>For two bits' time; with five data bits most hardware makes it one and a half.</summary>
    Two,
}
