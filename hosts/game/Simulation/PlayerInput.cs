namespace Mainspring.Game;

/// <summary>What the player wants in one fixed step.</summary>
/// <param name="MoveX">From -127, left, to 127, right.</param>
/// <param name="MoveY">From -127, up, to 127, down.</param>
/// <param name="AimX">Where to shoot, as the movement; both 0: at the nearest enemy.</param>
/// <param name="AimY">See <paramref name="AimX"/>.</param>
/// <param name="Actions">What was pressed since the last step.</param>
internal readonly record struct PlayerInput(sbyte MoveX, sbyte MoveY, sbyte AimX = 0, sbyte AimY = 0, PlayerActions Actions = PlayerActions.None)
{
    public bool Has(PlayerActions action) => (Actions & action) != 0;
}
