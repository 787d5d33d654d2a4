namespace Mainspring.Game;

/// <summary>Draws the arena and all that is in it.</summary>
internal sealed class ArenaScene(WorldView view)
{
    private const float Top = DrawList.LineHeight;
    private const float CenterX = Arena.WidthUnits / 2f;
    private const float CenterY = Top + (Arena.HeightUnits / 2f);

    private readonly Particles _particles = new();
    private float _seconds; // for what turns and pulses

    private World World => view.World;

    /// <summary>Draws a frame that stands for so much time.</summary>
    public void Draw(DrawList list, float seconds)
    {
        _seconds += seconds;
        _particles.Add(World.Events);
        World.ClearEvents();
        DrawClock(list);
        DrawPickups(list);
        DrawEnemies(list);
        DrawShots(list);
        DrawPlayer(list);
        DrawChime(list);
        _particles.Draw(list, seconds, Top);
        DrawWalls(list);
    }

    // The face of the clock: its hand stands where the game does.
    private void DrawClock(DrawList list)
    {
        Colour face = Palette.Face;
        list.Ring(CenterX, CenterY, 80, 0.9f, face, 0.8f, 0.15f, 10);
        list.Ring(CenterX, CenterY, 68, 0.4f, face, 0.5f, 0);
        list.Gear(CenterX, CenterY, 22, 16, _seconds * 0.12f, face * 0.55f, 0.8f, 0);
        list.Gear(CenterX - 31, CenterY + 12, 12, 9, (-_seconds * 0.22f) + 0.2f, face * 0.42f, 0.8f, 0);
        for (int hour = 1; hour <= Hour.PerDay; hour++)
        {
            (float sine, float cosine) = MathF.SinCos((hour * MathF.Tau / Hour.PerDay) - (MathF.PI / 2));
            bool isPast = hour <= World.HoursBegun - (World.Day * Hour.PerDay);
            float inner = hour % 3 == 0 ? 69 : 72.5f;
            list.Line(CenterX + (cosine * inner), CenterY + (sine * inner), CenterX + (cosine * 77.5f), CenterY + (sine * 77.5f), hour % 3 == 0 ? 2.6f : 1.6f, isPast ? Palette.Brass * 0.75f : face * 1.3f, 1, isPast ? 0.3f : 0);
        }

        float reached = World.HoursBegun + (World.Phase == WorldPhase.Interlude && World.HoursBegun > 0 ? 0.5f : 0);
        Hand(list, (reached * MathF.Tau / Hour.PerDay) - (MathF.PI / 2), 48, 2.4f, face * 1.5f);
        Hand(list, World.StepNumber * (MathF.Tau / (Units.StepsPerSecond * 60)), 62, 1.2f, face * 1.25f);
    }

    private static void Hand(DrawList list, float angle, float length, float width, Colour colour)
    {
        (float sine, float cosine) = MathF.SinCos(angle);
        list.Line(CenterX - (cosine * 8), CenterY - (sine * 8), CenterX + (cosine * length), CenterY + (sine * length), width, colour, 0.9f, 0);
    }

    private static void DrawWalls(DrawList list)
    {
        const float Bottom = Top + Arena.HeightUnits;
        const float Right = Arena.WidthUnits;
        list.Line(0, Top + 0.5f, Right, Top + 0.5f, 1, Palette.Wall, 1, 0.25f, 5);
        list.Line(0, Bottom - 0.5f, Right, Bottom - 0.5f, 1, Palette.Wall, 1, 0.25f, 5);
        list.Line(0.5f, Top, 0.5f, Bottom, 1, Palette.Wall, 1, 0.25f, 5);
        list.Line(Right - 0.5f, Top, Right - 0.5f, Bottom, 1, Palette.Wall, 1, 0.25f, 5);
    }

    private void DrawPickups(DrawList list)
    {
        ReadOnlySpan<Pickup> pickups = World.Pickups;
        for (int i = 0; i < pickups.Length; i++)
        {
            ref readonly Pickup pickup = ref pickups[i];
            if (!pickup.IsThere || (pickup.StepsLeft < 240 && (pickup.StepsLeft & 16) != 0))
            {
                continue; // it blinks before it goes
            }

            (float x, float y) = view.Pickup(i);
            y += Top;
            Colour colour = Palette.Of(pickup.Kind);
            if (pickup.Kind == PickupKind.Gear)
            {
                list.Gear(x, y, 2.6f, 6, _seconds * 2, colour * 0.85f, 1, 0.25f, 4);
                continue;
            }

            float pulse = 0.7f + (0.3f * MathF.Sin(_seconds * 6));
            list.Ring(x, y, 6, 1.2f, colour, 0.9f * pulse, 0.6f * pulse, 8);
            switch (pickup.Kind)
            {
                case PickupKind.Rapid:
                    list.Dart(x - 1, y, 2.4f, 0, colour);
                    list.Dart(x + 1.8f, y, 2.4f, 0, colour);
                    break;
                case PickupKind.Spread:
                    list.Disc(x - 2, y, 1.2f, colour);
                    list.Disc(x + 1.6f, y - 2.2f, 1.2f, colour);
                    list.Disc(x + 1.6f, y + 2.2f, 1.2f, colour);
                    break;
                case PickupKind.Pierce:
                    list.Box(x, y, 3.4f, 0.8f, -0.6f, colour);
                    break;
                case PickupKind.Ward:
                    list.Disc(x, y, 2.6f, colour);
                    break;
                default:
                    list.Ring(x, y, 2.4f, 1, colour);
                    list.Disc(x, y, 0.9f, colour);
                    break;
            }
        }
    }

    private void DrawEnemies(DrawList list)
    {
        for (int i = 0; i < World.Enemies.Length; i++)
        {
            Enemy enemy = World.Enemies[i];
            if (enemy.IsAlive)
            {
                (float x, float y) = view.Enemy(i);
                DrawEnemy(list, enemy, x, y + Top);
            }
        }
    }

    private void DrawEnemy(DrawList list, Enemy enemy, float x, float y)
    {
        float radius = WorldView.Units(enemy.Traits.Radius);
        float angle = WorldView.Radians(enemy.Angle);
        Colour colour = Palette.Of(enemy.Kind);
        if (enemy.Arriving > 0)
        {
            // Where it will be: nothing to fear yet.
            float part = 1 - (enemy.Arriving / (float)Enemy.ArrivalSteps);
            list.Ring(x, y, radius * (2.6f - (1.6f * part)), 0.8f, colour, 0.25f + (0.6f * part), 0.2f, 5);
            list.Disc(x, y, radius * 0.4f * part, colour, part, 0.3f, 4);
            return;
        }

        float alert = enemy.Alert / 255f;
        colour = enemy.SinceHit < 8 ? Palette.Ivory : Colour.Mix(colour, Palette.Ivory, alert * 0.55f * (0.5f + (0.5f * MathF.Sin(_seconds * 30))));
        switch (enemy.Kind)
        {
            case EnemyKind.Mite:
                (float sine, float cosine) = MathF.SinCos(angle);
                float wiggle = MathF.Sin((_seconds * 18) + x) * 0.5f;
                list.Line(x - (sine * 4.6f) + (cosine * wiggle), y + (cosine * 4.6f) + (sine * wiggle), x + (sine * 4.6f) - (cosine * wiggle), y - (cosine * 4.6f) - (sine * wiggle), 1, colour * 0.7f, 1, 0);
                list.Disc(x, y, radius * 0.8f, colour, 1, 0.45f, 6);
                list.Disc(x + (cosine * 1.7f), y + (sine * 1.7f), 1.1f, Palette.Night, 0.9f, 0);
                break;
            case EnemyKind.Moth:
                float beat = 2.6f + (1.4f * MathF.Sin((_seconds * 26) + y));
                (float s, float c) = MathF.SinCos(angle);
                list.Disc(x - (s * beat), y + (c * beat), 2.4f, colour * 0.75f, 0.85f, 0.4f, 6);
                list.Disc(x + (s * beat), y - (c * beat), 2.4f, colour * 0.75f, 0.85f, 0.4f, 6);
                list.Dart(x, y, radius, angle, colour, 1, 0.4f, 7);
                break;
            case EnemyKind.Ram:
                list.Box(x, y, radius, radius * 0.72f, angle, colour, 1, 0.4f + alert, 7 + (6 * alert));
                list.Box(x + (MathF.Cos(angle) * radius * 0.7f), y + (MathF.Sin(angle) * radius * 0.7f), radius * 0.3f, radius, angle, Colour.Mix(colour, Palette.Ivory, 0.5f), 1, 0);
                if (alert > 0 && enemy.Velocity == default)
                {
                    list.Line(x, y, x + (MathF.Cos(angle) * 60 * alert), y + (MathF.Sin(angle) * 60 * alert), 0.5f, colour, 0.5f, 0.2f); // where it will charge
                }

                break;
            case EnemyKind.Spitter:
                list.Ring(x, y, radius * 0.8f, 2, colour, 1, 0.4f + (alert * 0.5f), 7);
                list.Disc(x + (MathF.Cos(angle) * 2.4f), y + (MathF.Sin(angle) * 2.4f), 2 + alert, Colour.Mix(colour, Palette.Acid, alert), 1, 0.4f + alert, 6);
                break;
            case EnemyKind.Cog:
                list.Gear(x, y, radius, 8, angle, colour, 1, 0.4f, 8);
                break;
            case EnemyKind.Pinion:
                list.Gear(x, y, radius, 6, angle, colour, 1, 0.35f, 5);
                break;
            default:
                float health = enemy.Health / (float)enemy.FullHealth;
                list.Gear(x, y, radius, 14, angle, colour, 1, 0.6f, 16);
                list.Gear(x, y, radius * 0.62f, 9, -angle * 1.6f, Colour.Mix(colour, Palette.Alarm, 0.5f), 1, 0.3f, 6);
                list.Disc(x, y, 4 + (2 * alert), Colour.Mix(Palette.Alarm, Palette.Ivory, alert), 1, 0.8f, 10);
                list.Box(x, y - radius - 4, 14, 1.1f, 0, Palette.Face, 1);
                list.Box(x - (14 * (1 - health)), y - radius - 4, 14 * health, 1.1f, 0, Palette.Alarm, 1, 0.4f, 3);
                break;
        }
    }

    private void DrawShots(DrawList list)
    {
        ReadOnlySpan<Shot> shots = World.Shots;
        for (int i = 0; i < shots.Length; i++)
        {
            if (shots[i].IsThere)
            {
                (float x, float y) = view.Shot(i);
                list.Box(x, y + Top, 3, 0.8f, WorldView.Radians(Trigonometry.AngleOf(shots[i].Velocity)), shots[i].Pierces > 0 ? Palette.Ivory : Palette.Brass, 1, 0.6f, 4);
            }
        }

        ReadOnlySpan<Shot> bullets = World.Bullets;
        for (int i = 0; i < bullets.Length; i++)
        {
            if (bullets[i].IsThere)
            {
                (float x, float y) = view.Bullet(i);
                list.Disc(x, y + Top, 2.2f, Palette.Acid, 1, 0.7f, 6);
                list.Disc(x, y + Top, 1.1f, Palette.Ivory, 0.9f, 0);
            }
        }
    }

    private void DrawPlayer(DrawList list)
    {
        Player player = World.Player;
        if (!player.IsAlive || (player.MercyStepsLeft > 0 && (player.MercyStepsLeft & 8) != 0))
        {
            return;
        }

        (float x, float y) = view.Player;
        y += Top;
        float angle = WorldView.Radians(player.Angle);
        float speed = player.Velocity.Length / (float)Units.One;
        float heading = WorldView.Radians(Trigonometry.AngleOf(player.Velocity));
        for (int i = 1; i <= 3 && player.DashStepsLeft > 0; i++)
        {
            list.Disc(x - (MathF.Cos(heading) * i * 5), y - (MathF.Sin(heading) * i * 5), 4 - i, Palette.Teal, 0.5f / i, 0.4f / i, 6);
        }

        list.Gear(x, y, 4.6f, 8, _seconds * (2 + (speed * 6)), Palette.Teal * 0.8f, 1, 0.6f, 10);
        list.Dart(x + (MathF.Cos(angle) * 1.5f), y + (MathF.Sin(angle) * 1.5f), 4.2f, angle, Palette.Ivory, 1, 0.3f, 4);
        if (player.HasWard)
        {
            list.Ring(x, y, 8 + (0.4f * MathF.Sin(_seconds * 8)), 0.8f, Palette.Of(PickupKind.Ward), 0.8f, 0.7f, 5);
        }
    }

    private void DrawChime(DrawList list)
    {
        if (view.ChimeRadius is var radius and > 0)
        {
            ref readonly Chime chime = ref World.Chime;
            float part = Math.Max(0, 1 - (radius / 240));
            list.Ring(WorldView.Units(chime.Position.X), WorldView.Units(chime.Position.Y) + Top, radius, 3, Palette.Brass, part, part, 14);
            list.Ring(WorldView.Units(chime.Position.X), WorldView.Units(chime.Position.Y) + Top, radius * 0.86f, 1, Palette.Ivory, part * 0.6f, part * 0.4f, 8);
        }
    }
}
