namespace Mainspring.Game;

/// <summary>
/// A scripted player. It looks at the world's state before each step and weighs nine ways to go; so it decides the same at every frame rate. In integers, as everything here.
/// </summary>
internal sealed class Bot : IPlayer
{
    private const int Reach = 40 * Units.One;         // what is farther does not frighten
    private const int WallReach = 26 * Units.One;

    private static readonly int s_ahead = Units.Steps(220);
    private static readonly Vector[] s_ways = [default, .. Enumerable.Range(0, 8).Select(static i => Trigonometry.Toward(i * Units.Turn / 8, 127))];

    private int _way;

    /// <summary>What it does in the next step.</summary>
    public PlayerInput Decide(World world)
    {
        Player player = world.Player;
        if (!player.IsAlive)
        {
            return default;
        }

        // A way is chosen anew some times a second, as people do; danger is looked at in each step.
        long danger = DangerAt(world, player.Position);
        if (world.StepNumber % 6 == 0)
        {
            _way = Choose(world);
        }

        PlayerActions actions = PlayerActions.None;
        if (player.DashPause == 0 && !player.IsInvulnerable && danger > 60_000)
        {
            actions |= PlayerActions.Dash;
        }

        if (player.Chimes > 0 && !player.IsInvulnerable && (danger > 110_000 || CountNear(world, 50 * Units.One) > 9))
        {
            actions |= PlayerActions.Chime;
        }

        return new PlayerInput((sbyte)s_ways[_way].X, (sbyte)s_ways[_way].Y, Actions: actions);
    }

    private static int Choose(World world)
    {
        int best = 0;
        long least = long.MaxValue;
        for (int i = 0; i < s_ways.Length; i++)
        {
            Vector place = Arena.Clamp(world.Player.Position + s_ways[i].WithLength(Units.Speed(96) * s_ahead), Player.Radius);
            long cost = (DangerAt(world, place) * 4) + CostOfPlace(world, place);
            if (cost < least)
            {
                (best, least) = (i, cost);
            }
        }

        return best;
    }

    // How near enemies and bullets are to a place, now and soon.
    private static long DangerAt(World world, Vector place)
    {
        long danger = 0;
        foreach (Enemy enemy in world.Enemies)
        {
            if (enemy.IsAlive)
            {
                int reach = Reach + enemy.Traits.Radius;
                danger += Nearness(place, enemy.Position, reach) + Nearness(place, enemy.Position + (enemy.Velocity * s_ahead), reach);
            }
        }

        foreach (ref readonly Shot bullet in world.Bullets)
        {
            if (bullet.IsThere)
            {
                danger += Nearness(place, bullet.Position, Reach / 2) + Nearness(place, bullet.Position + (bullet.Velocity * (s_ahead / 2)), Reach / 2) + Nearness(place, bullet.Position + (bullet.Velocity * s_ahead), Reach / 2);
            }
        }

        return danger;
    }

    // From 0, out of reach, up to a hundred thousand, and steeper the nearer.
    private static long Nearness(Vector place, Vector other, int reach)
    {
        if (!place.IsWithin(other, reach))
        {
            return 0;
        }

        long near = (reach - (place - other).Length) * 316L / reach;
        return near * near;
    }

    // Walls are bad, the middle is good, what lies about is better.
    private static long CostOfPlace(World world, Vector place)
    {
        int wall = Math.Min(Math.Min(place.X, Arena.Width - place.X), Math.Min(place.Y, Arena.Height - place.Y));
        long cost = (wall < WallReach ? (WallReach - wall) * 3L : 0) + ((place - Arena.Center).Length / 8);
        foreach (ref readonly Pickup pickup in world.Pickups)
        {
            if (pickup.IsThere)
            {
                int distance = (place - pickup.Position).Length;
                int reach = 90 * Units.One;
                cost -= Math.Max(0, reach - distance) * (pickup.Kind == PickupKind.Gear ? 1L : 4L) / 5;
            }
        }

        return cost;
    }

    private static int CountNear(World world, int distance)
    {
        int count = 0;
        foreach (Enemy enemy in world.Enemies)
        {
            count += !enemy.IsAway && enemy.Position.IsWithin(world.Player.Position, distance) ? 1 : 0;
        }

        return count;
    }
}
