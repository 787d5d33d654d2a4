namespace Mainspring.Game;

/// <summary>Who plays: a person, the bot, or a recording of one of them.</summary>
internal interface IPlayer
{
    /// <summary>What it wants in the step that begins. Asked once for each step.</summary>
    PlayerInput Decide(World world);
}
