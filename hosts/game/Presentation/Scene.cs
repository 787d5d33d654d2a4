namespace Mainspring.Game;

/// <summary>The whole picture of a frame, for whatever screen.</summary>
internal sealed class Scene(ArenaScene arena, OverlayScene overlay)
{
    public OverlayScene Overlay => overlay;

    public DrawList List { get; } = new();

    /// <summary>Draws the frame.</summary>
    /// <param name="seconds">The time that it stands for; none while the game is paused.</param>
    public void Draw(float seconds)
    {
        List.Clear();
        arena.Draw(List, seconds);
        overlay.Draw(List);
    }
}
