namespace Mainspring.Game;

// What moves in a step, and what meets what.
internal sealed partial class World
{
    private const int ShotRadius = 2 * Units.One;
    private const int BulletRadius = 2 * Units.One;
    private const int PickupRadius = 4 * Units.One;
    private const int MagnetRange = 30 * Units.One;
    private const int FireRange = 110 * Units.One;
    private const int DashHits = 2;
    private const int ChimeHits = 14;

    private static readonly int s_shotSpeed = Units.Speed(250);
    private static readonly int s_shotSteps = Units.Steps(650);
    private static readonly int s_bulletSteps = Units.Steps(6000);
    private static readonly int s_firePause = Units.Steps(240);
    private static readonly int s_rapidPause = Units.Steps(120);
    private static readonly int s_magnetSpeed = Units.Speed(150);
    private static readonly int s_pickupSteps = Units.Steps(9000);

    /// <summary>The nearest enemy that can be hit; null when none is near enough.</summary>
    public Enemy? NearestEnemy(Vector place, int range)
    {
        Enemy? nearest = null;
        long least = (long)range * range;
        foreach (Enemy enemy in Enemies)
        {
            if (!enemy.IsAway && (enemy.Position - place).Squared is var square && square < least)
            {
                (nearest, least) = (enemy, square);
            }
        }

        return nearest;
    }

    /// <summary>An enemy shoots.</summary>
    public void Spit(Vector position, int angle, int speed)
    {
        foreach (ref Shot bullet in _bullets.AsSpan())
        {
            if (!bullet.IsThere)
            {
                bullet = new Shot { Position = position, Velocity = Trigonometry.Toward(angle, speed), StepsLeft = s_bulletSteps, Within = -1 };
                return;
            }
        }
    }

    private void StepPlayer(in PlayerInput input)
    {
        if (!Player.IsAlive)
        {
            return;
        }

        if (Player.Move(in input))
        {
            Tell(GameEventKind.Dashed, Player.Position, Trigonometry.AngleOf(Player.Velocity));
        }

        if (input.Has(PlayerActions.Chime) && !_chime.IsThere && Player.TryChime())
        {
            _chime.Begin(Player.Position);
            Tell(GameEventKind.Chimed, Player.Position);
        }

        if (Aim(in input) && Player.FirePause == 0)
        {
            Fire();
        }
    }

    // By hand, or at the nearest enemy, where it will be; without one it looks where it goes.
    private bool Aim(in PlayerInput input)
    {
        if (input.AimX != 0 || input.AimY != 0)
        {
            Player.Angle = Trigonometry.AngleOf(new Vector(input.AimX, input.AimY));
            return true;
        }

        if (NearestEnemy(Player.Position, FireRange) is { } enemy)
        {
            int steps = (enemy.Position - Player.Position).Length / s_shotSpeed;
            Player.Angle = Trigonometry.AngleOf(enemy.Position + (enemy.Velocity * steps) - Player.Position);
            return true;
        }

        Player.Angle = input.MoveX != 0 || input.MoveY != 0 ? Trigonometry.AngleOf(new Vector(input.MoveX, input.MoveY)) : Player.Angle;
        return false;
    }

    private void Fire()
    {
        Player.FirePause = Player.RapidStepsLeft > 0 ? s_rapidPause : s_firePause;
        int ways = Player.SpreadStepsLeft > 0 ? 3 : 1;
        for (int i = 0; i < ways; i++)
        {
            int angle = Player.Angle + ((i - (ways / 2)) * 36);
            foreach (ref Shot shot in _shots.AsSpan())
            {
                if (!shot.IsThere)
                {
                    Vector way = Trigonometry.Toward(angle, s_shotSpeed);
                    shot = new Shot { Position = Player.Position + way, Velocity = way, StepsLeft = s_shotSteps, Pierces = Player.PierceStepsLeft > 0 ? 3 : 0, Within = -1 };
                    break;
                }
            }
        }

        Tell(GameEventKind.Fired, Player.Position, Player.Angle);
    }

    private void StepShots()
    {
        foreach (ref Shot shot in _shots.AsSpan())
        {
            if (shot.IsThere)
            {
                shot.Move();
            }
        }

        foreach (ref Shot bullet in _bullets.AsSpan())
        {
            if (bullet.IsThere)
            {
                bullet.Move();
            }
        }

        _chime.Grow();
    }

    private void StepEnemies()
    {
        foreach (Enemy enemy in Enemies)
        {
            if (enemy.IsAlive)
            {
                enemy.Move();
            }
        }

        // Those that stand in each other drift apart.
        for (int i = 0; i < Enemies.Length; i++)
        {
            Enemy one = Enemies[i];
            for (int j = i + 1; !one.IsAway && one.Kind != EnemyKind.Regulator && j < Enemies.Length; j++)
            {
                Enemy other = Enemies[j];
                if (!other.IsAway && other.Kind != EnemyKind.Regulator && one.Position.IsWithin(other.Position, one.Traits.Radius + other.Traits.Radius))
                {
                    Vector apart = (one.Position - other.Position).WithLength(Units.One / 4);
                    one.Position = Arena.Clamp(one.Position + apart, one.Traits.Radius);
                    other.Position = Arena.Clamp(other.Position - apart, other.Traits.Radius);
                }
            }
        }
    }

    private void StepPickups()
    {
        foreach (ref Pickup pickup in _pickups.AsSpan())
        {
            if (!pickup.IsThere)
            {
                continue;
            }

            pickup.StepsLeft--;
            bool isDrawn = Player.IsAlive && (pickup.Position.IsWithin(Player.Position, MagnetRange) || (Phase == WorldPhase.Interlude && HoursBegun > 0));
            pickup.Velocity = isDrawn ? (Player.Position - pickup.Position).WithLength(s_magnetSpeed) : pickup.Velocity * 30 / 32;
            pickup.Position = Arena.Clamp(pickup.Position + pickup.Velocity, PickupRadius / 2);
            if (Player.IsAlive && pickup.Position.IsWithin(Player.Position, Player.Radius + PickupRadius))
            {
                pickup.StepsLeft = 0;
                Player.Take(pickup.Kind);
                Score += (pickup.Kind == PickupKind.Gear ? 5 : 50) * Multiplier;
                Tell(GameEventKind.PickedUp, pickup.Position, (int)pickup.Kind);
            }
        }
    }

    private void Collide()
    {
        for (int i = 0; i < Enemies.Length; i++)
        {
            Enemy enemy = Enemies[i];
            if (enemy.IsAway)
            {
                continue;
            }

            if (_chime.IsThere && _chime.Passes(enemy.Position))
            {
                Hit(enemy, ChimeHits);
            }

            foreach (ref Shot shot in _shots.AsSpan())
            {
                if (enemy.IsAlive && shot.IsThere && shot.Within != i && shot.Position.IsWithin(enemy.Position, enemy.Traits.Radius + ShotRadius))
                {
                    shot.StepsLeft = shot.Pierces > 0 ? shot.StepsLeft : 0;
                    shot.Pierces--;
                    shot.Within = i;
                    Hit(enemy, 1);
                }
            }

            if (enemy.IsAlive && Player.IsAlive && enemy.Position.IsWithin(Player.Position, enemy.Traits.Radius + Player.Radius - Units.One))
            {
                Touch(enemy);
            }
        }

        foreach (ref Shot bullet in _bullets.AsSpan())
        {
            if (bullet.IsThere && _chime.IsThere && _chime.Passes(bullet.Position))
            {
                bullet.StepsLeft = 0;
            }
            else if (bullet.IsThere && Player.IsAlive && !Player.IsInvulnerable && bullet.Position.IsWithin(Player.Position, BulletRadius + Player.Radius - Units.One))
            {
                bullet.StepsLeft = 0;
                Hurt();
            }
        }
    }

    private void Touch(Enemy enemy)
    {
        if (Player.DashStepsLeft > 0)
        {
            if (enemy.SinceHit > 4) // once in a leap, not in each of its steps
            {
                Hit(enemy, DashHits);
            }
        }
        else if (!Player.IsInvulnerable)
        {
            Hurt();
        }
    }

    private void Hurt()
    {
        if (!Player.Suffer())
        {
            Tell(GameEventKind.Warded, Player.Position);
            return;
        }

        Tell(GameEventKind.Hurt, Player.Position, Player.Lives);
        (Chain, ChainStepsLeft) = (0, 0);

        // What is near goes with it: the next life begins with some room.
        _chime.Begin(Player.Position);
    }

    private void Hit(Enemy enemy, int hits)
    {
        Vector place = enemy.Position;
        if (!enemy.Suffer(hits))
        {
            Tell(GameEventKind.Hit, place, (int)enemy.Kind);
            return;
        }

        Tell(GameEventKind.Broken, place, (int)enemy.Kind);
        if (!Player.IsAlive)
        {
            return; // what its last ring breaks does not count: the game is over
        }

        Kills++;
        Chain++;
        ChainStepsLeft = s_chainSteps;
        EnemyTraits traits = enemy.Traits;
        Score += traits.Points * Multiplier;
        for (int i = 0; i < traits.Gears; i++)
        {
            Drop(place, PickupKind.Gear);
        }

        if (_random.Next(256) < traits.Gift)
        {
            int draw = _random.Next(16);
            Drop(place, draw switch { < 4 => PickupKind.Rapid, < 8 => PickupKind.Spread, < 11 => PickupKind.Pierce, < 15 => PickupKind.Ward, _ => PickupKind.Spring });
        }

        for (int i = 0; i < 3 && enemy.Kind == EnemyKind.Cog; i++)
        {
            int angle = _random.Next(Units.Turn);
            if (Free(EnemyKind.Pinion) is { } pinion)
            {
                pinion.Appear(place, HealthOf(EnemyKind.Pinion), arriving: 0);
                pinion.Velocity = Trigonometry.Toward(angle, SpeedOf(EnemyKind.Pinion));
            }
        }
    }

    private void Drop(Vector place, PickupKind kind)
    {
        Vector way = Trigonometry.Toward(_random.Next(Units.Turn), Units.Speed(_random.Between(20, 60)));
        foreach (ref Pickup pickup in _pickups.AsSpan())
        {
            if (!pickup.IsThere)
            {
                pickup = new Pickup { Position = place, Velocity = way, Kind = kind, StepsLeft = s_pickupSteps };
                return;
            }
        }
    }
}
