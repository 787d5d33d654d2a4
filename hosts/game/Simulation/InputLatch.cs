namespace Mainspring.Game;

/// <summary>
/// Where input waits for its fixed step. Devices speak between frames, at any time; the simulation asks once per step. So a key that was pressed and released
/// between two steps counts, and counts once, and what a step was given can be written down and given to it again.
/// </summary>
internal sealed class InputLatch : IPlayer
{
    private PlayerActions _pressed;

    /// <summary>Where the player wants to go and to shoot, until that changes; its actions are ignored.</summary>
    public PlayerInput Held { get; set; }

    /// <summary>An action, for the next step.</summary>
    public void Press(PlayerActions action) => _pressed |= action;

    /// <summary>What the step that begins is given: what is held, and what was pressed since the last one.</summary>
    public PlayerInput Decide(World world)
    {
        PlayerInput input = Held with { Actions = _pressed };
        _pressed = PlayerActions.None;
        return input;
    }

    /// <summary>Forgets everything, as when the game is paused.</summary>
    public void Clear() => (Held, _pressed) = (default, PlayerActions.None);
}
