namespace Mainspring.Game;

/// <summary>A text to draw: of characters that are 4 units wide and 8 high, which is a cell of a terminal of 80 by 24.</summary>
/// <param name="X">Its left end, middle or right end, by its alignment.</param>
/// <param name="Y">Its top.</param>
/// <param name="Start">Its first character in the list's.</param>
internal readonly record struct SceneText(float X, float Y, TextAlign Align, Colour Colour, int Start, int Length)
{
    /// <summary>How many characters of it are left of <see cref="X"/>.</summary>
    public float CharactersBefore => Align switch { TextAlign.Left => 0, TextAlign.Center => Length / 2f, _ => Length };
}
