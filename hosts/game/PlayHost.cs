using Mainspring.Hosts;

namespace Mainspring.Game;

/// <summary>The program with a person who plays.</summary>
internal static class PlayHost
{
    public static int Run(GameSettings settings) => HostEnd.Refuse("mainspring-game", $"no screen yet {settings}");
}
