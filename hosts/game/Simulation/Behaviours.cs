namespace Mainspring.Game;

/// <summary>
/// What the enemies do: one endless job for each place, in the phase of fixed steps, where the next frame is the next step. They run after the world's step, in the order in which they
/// were started, so the order of what they do is always the same. None of their waits is longer than the time before a game's first enemies.
/// </summary>
internal sealed class Behaviours(World world)
{
    /// <summary>Starts the jobs.</summary>
    public void Start(MainLoop loop)
    {
        for (int i = 0; i < world.Enemies.Length; i++)
        {
            Enemy enemy = world.Enemies[i];
            loop.StartJob(Of(enemy), FramePhase.FixedUpdate, enemy.Kind.ToString());
        }
    }

    private Vector Prey => world.Player.Position;

    private IEnumerator<Wait> Of(Enemy self) => self.Kind switch
    {
        EnemyKind.Mite => Mite(self),
        EnemyKind.Moth => Moth(self),
        EnemyKind.Ram => Ram(self),
        EnemyKind.Spitter => Spitter(self),
        EnemyKind.Cog or EnemyKind.Pinion => Roll(self),
        _ => Regulator(self),
    };

    private IEnumerator<Wait> Mite(Enemy self)
    {
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            int phase = world.Draw(Units.Turn);
            while (self.IsAlive)
            {
                int weave = Trigonometry.Sine(phase + (self.Age * 5)) / 700; // up to a third of a right angle
                self.Angle = Trigonometry.AngleOf(Prey - self.Position) + weave;
                self.Velocity = Trigonometry.Toward(self.Angle, world.SpeedOf(EnemyKind.Mite));
                yield return Wait.Frames(6);
            }
        }
    }

    private IEnumerator<Wait> Moth(Enemy self)
    {
        const int Distance = 62 * Units.One;
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            int turn = world.Draw(2) == 0 ? -1 : 1;
            while (self.IsAlive)
            {
                // Around the player, at a distance,
                int speed = world.SpeedOf(EnemyKind.Moth);
                for (int left = world.Pause(1100) + world.Draw(120); self.IsAlive && left > 0; left -= 3)
                {
                    Vector way = self.Position - Prey;
                    int around = Trigonometry.AngleOf(way) + (turn * (way.Length > Distance ? 330 : 200));
                    self.Velocity = Trigonometry.Toward(around, speed);
                    self.Angle = Trigonometry.AngleOf(self.Velocity);
                    yield return Wait.Frames(3);
                }

                // and then through where it is.
                for (int left = world.Pause(300); self.IsAlive && left > 0; left -= 3)
                {
                    self.Alert = 255;
                    self.Velocity /= 2;
                    self.Angle = Trigonometry.AngleOf(Prey - self.Position);
                    yield return Wait.Frames(3);
                }

                self.Velocity = Trigonometry.Toward(self.Angle, speed * 5 / 2);
                yield return Wait.Frames(Units.Steps(650));
                self.Alert = 0;
                turn = -turn;
            }
        }
    }

    private IEnumerator<Wait> Ram(Enemy self)
    {
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            while (self.IsAlive)
            {
                // Plods nearer,
                for (int left = world.Pause(900); self.IsAlive && left > 0; left -= 6)
                {
                    self.Angle = Trigonometry.AngleOf(Prey - self.Position);
                    self.Velocity = Trigonometry.Toward(self.Angle, world.SpeedOf(EnemyKind.Ram));
                    yield return Wait.Frames(6);
                }

                // takes aim, for all to see,
                self.Velocity = default;
                int aim = world.Pause(750);
                for (int step = 0; self.IsAlive && step < aim; step += 3)
                {
                    self.Alert = 255 * step / aim;
                    self.Angle += Math.Clamp(Trigonometry.Difference(self.Angle, Trigonometry.AngleOf(Prey - self.Position)), -14, 14);
                    yield return Wait.Frames(3);
                }

                // charges until it meets a wall,
                self.HasBounced = false;
                while (self.IsAlive && !self.HasBounced)
                {
                    self.Alert = 255;
                    self.Velocity = Trigonometry.Toward(self.Angle, Units.Speed(250));
                    yield return Wait.NextFrame;
                }

                // and is dazed.
                self.Alert = 0;
                self.Velocity = default;
                yield return Wait.Frames(world.Pause(800));
            }
        }
    }

    private IEnumerator<Wait> Spitter(Enemy self)
    {
        const int Near = 70 * Units.One, Far = 110 * Units.One;
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            while (self.IsAlive)
            {
                int pause = world.Pause(1500) + world.Draw(40);
                for (int left = pause; self.IsAlive && left > 0; left -= 4)
                {
                    Vector way = Prey - self.Position;
                    int distance = way.Length;
                    int heading = Trigonometry.AngleOf(way) + (distance < Near ? Units.Turn / 2 : distance > Far ? 0 : Units.Turn / 4);
                    self.Velocity = Trigonometry.Toward(heading, world.SpeedOf(EnemyKind.Spitter));
                    self.Angle = Trigonometry.AngleOf(way);
                    self.Alert = left < 50 ? 255 * (50 - left) / 50 : 0;
                    yield return Wait.Frames(4);
                }

                if (self.IsAlive)
                {
                    world.Spit(self.Position, Trigonometry.AngleOf(Prey - self.Position), Units.Speed(78));
                    self.Alert = 0;
                }
            }
        }
    }

    private IEnumerator<Wait> Roll(Enemy self)
    {
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            if (self.Velocity == default)
            {
                self.Velocity = Trigonometry.Toward(world.Draw(Units.Turn), world.SpeedOf(self.Kind)); // pinions come with theirs
            }

            while (self.IsAlive)
            {
                self.Angle += self.Velocity.X >= 0 ? 12 : -12;
                yield return Wait.NextFrame;
            }
        }
    }

    // Three movements, again and again; hurt, it goes faster.
    private IEnumerator<Wait> Regulator(Enemy self)
    {
        while (true)
        {
            while (self.Rests())
            {
                yield return Wait.NextFrame;
            }

            while (self.IsAlive)
            {
                // It comes nearer, swinging its pendulum: fans of bullets.
                for (int fan = 0; self.IsAlive && fan < 4; fan++)
                {
                    self.Velocity = (Prey - self.Position).WithLength(world.SpeedOf(EnemyKind.Regulator));
                    int toward = Trigonometry.AngleOf(Prey - self.Position);
                    for (int i = -2; i <= 2; i++)
                    {
                        world.Spit(self.Position, toward + (i * 44), Units.Speed(70));
                    }

                    for (int left = PauseOf(self, 900); self.IsAlive && left > 0; left -= 3)
                    {
                        self.Angle += 4;
                        self.Alert = left < 40 ? 6 * (40 - left) : 0;
                        yield return Wait.Frames(3);
                    }
                }

                // It stands and unwinds: a spiral.
                self.Velocity = default;
                for (int i = 0; self.IsAlive && i < 56; i++)
                {
                    self.Alert = 160;
                    self.Angle += 18;
                    world.Spit(self.Position, self.Angle, Units.Speed(62));
                    world.Spit(self.Position, self.Angle + (Units.Turn / 2), Units.Speed(62));
                    yield return Wait.Frames(PauseOf(self, 60));
                }

                // It calls the rust.
                self.Alert = 0;
                for (int i = 0; self.IsAlive && i < 6; i++)
                {
                    world.Summon(i % 3 == 2 ? EnemyKind.Moth : EnemyKind.Mite, self.Position + Trigonometry.Toward(i * Units.Turn / 6, 34 * Units.One));
                }

                for (int left = PauseOf(self, 1600); self.IsAlive && left > 0; left -= 4)
                {
                    self.Velocity = (Prey - self.Position).WithLength(world.SpeedOf(EnemyKind.Regulator));
                    self.Angle += 5;
                    yield return Wait.Frames(4);
                }
            }
        }
    }

    private int PauseOf(Enemy self, int milliseconds) => Math.Max(1, world.Pause(milliseconds) * (self.Health * 2 < self.FullHealth ? 2 : 3) / 3);
}
