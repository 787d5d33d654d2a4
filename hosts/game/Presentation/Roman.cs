namespace Mainspring.Game;

/// <summary>The hours as clocks write them.</summary>
internal static class Roman
{
    private static readonly string[] s_hours = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    /// <param name="hour">From 1 to 12.</param>
    public static string Of(int hour) => s_hours[Math.Clamp(hour, 1, s_hours.Length) - 1];
}
