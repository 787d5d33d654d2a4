namespace Mainspring.Game;

/// <summary>The player: moves, leaps, and carries what was picked up.</summary>
internal sealed class Player
{
    public const int Radius = 4 * Units.One;

    /// <summary>Gears that wind the mainspring up, so that it can strike.</summary>
    public const int GearsForChime = 30;

    private const int StartLives = 3;
    private const int MostLives = 5;
    private const int MostChimes = 3;

    private static readonly int s_speed = Units.Speed(96);
    private static readonly int s_dashSpeed = Units.Speed(380);
    private static readonly int s_dashSteps = Units.Steps(150);
    private static readonly int s_dashPause = Units.Steps(900);
    private static readonly int s_mercySteps = Units.Steps(2000);
    private static readonly int s_powerSteps = Units.Steps(10_000);

    public Vector Position { get; private set; }

    public Vector Velocity { get; private set; }

    /// <summary>Where it looks and shoots.</summary>
    public int Angle { get; set; }

    public int Lives { get; private set; }

    public bool IsAlive => Lives > 0;

    /// <summary>How many times the mainspring can strike.</summary>
    public int Chimes { get; private set; }

    /// <summary>Gears on the way to the next chime.</summary>
    public int Gears { get; private set; }

    public bool HasWard { get; private set; }

    /// <summary>Steps until it can leap again.</summary>
    public int DashPause { get; private set; }

    public int DashStepsLeft { get; private set; }

    /// <summary>Steps in which nothing can hurt it.</summary>
    public int MercyStepsLeft { get; private set; }

    public int RapidStepsLeft { get; private set; }

    public int SpreadStepsLeft { get; private set; }

    public int PierceStepsLeft { get; private set; }

    /// <summary>Steps until the next shot.</summary>
    public int FirePause { get; set; }

    public bool IsInvulnerable => MercyStepsLeft > 0 || DashStepsLeft > 0;

    /// <summary>A game begins.</summary>
    public void Reset()
    {
        (Position, Velocity, Angle) = (Arena.Center, default, 0);
        (Lives, Chimes, Gears, HasWard) = (StartLives, 1, 0, false);
        (DashPause, DashStepsLeft, FirePause) = (0, 0, 0);
        (RapidStepsLeft, SpreadStepsLeft, PierceStepsLeft) = (0, 0, 0);
        MercyStepsLeft = s_mercySteps;
    }

    /// <summary>Moves on by a step.</summary>
    /// <returns>Whether a leap began.</returns>
    public bool Move(in PlayerInput input)
    {
        Vector wish = new(input.MoveX, input.MoveY);
        int speed = Math.Min(wish.Length, 127) * s_speed / 127;
        bool dashes = input.Has(PlayerActions.Dash) && DashPause == 0;
        if (dashes)
        {
            Vector way = wish != default ? wish : Trigonometry.Toward(Angle, Units.One);
            Velocity = way.WithLength(s_dashSpeed);
            DashStepsLeft = s_dashSteps;
            DashPause = s_dashPause;
        }
        else if (DashStepsLeft == 0)
        {
            Velocity += (wish.WithLength(speed) - Velocity) / 6; // a little momentum
        }

        Position = Arena.Clamp(Position + Velocity, Radius);
        DashStepsLeft = Less(DashStepsLeft);
        DashPause = Less(DashPause);
        MercyStepsLeft = Less(MercyStepsLeft);
        FirePause = Less(FirePause);
        RapidStepsLeft = Less(RapidStepsLeft);
        SpreadStepsLeft = Less(SpreadStepsLeft);
        PierceStepsLeft = Less(PierceStepsLeft);
        return dashes;
    }

    /// <summary>Takes what it has found.</summary>
    public void Take(PickupKind kind)
    {
        switch (kind)
        {
            case PickupKind.Gear:
                Gears += Chimes < MostChimes ? 1 : 0;
                if (Gears >= GearsForChime)
                {
                    (Gears, Chimes) = (0, Chimes + 1);
                }

                break;
            case PickupKind.Rapid:
                RapidStepsLeft = s_powerSteps;
                break;
            case PickupKind.Spread:
                SpreadStepsLeft = s_powerSteps;
                break;
            case PickupKind.Pierce:
                PierceStepsLeft = s_powerSteps;
                break;
            case PickupKind.Ward:
                HasWard = true;
                break;
            default:
                Lives = Math.Min(MostLives, Lives + 1);
                break;
        }
    }

    /// <summary>Lets the mainspring strike, if it can.</summary>
    public bool TryChime()
    {
        bool can = Chimes > 0;
        Chimes -= can ? 1 : 0;
        return can;
    }

    /// <summary>Is hit: the ward goes, or a life.</summary>
    /// <returns>Whether it was a life.</returns>
    public bool Suffer()
    {
        bool hurts = !HasWard;
        HasWard = false;
        Lives -= hurts ? 1 : 0;
        MercyStepsLeft = hurts ? s_mercySteps : s_mercySteps / 3;
        return hurts;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(Position);
        hash.Add(Velocity);
        hash.Add(((ulong)(uint)Angle << 32) | (uint)Lives);
        hash.Add(((ulong)(uint)Chimes << 32) | ((ulong)(uint)Gears << 1) | (HasWard ? 1UL : 0UL));
        hash.Add(((ulong)(uint)DashPause << 32) | (uint)DashStepsLeft);
        hash.Add(((ulong)(uint)MercyStepsLeft << 32) | (uint)FirePause);
        hash.Add(((ulong)(uint)RapidStepsLeft << 32) | (uint)SpreadStepsLeft);
        hash.Add(PierceStepsLeft);
    }

    private static int Less(int steps) => Math.Max(0, steps - 1);
}
