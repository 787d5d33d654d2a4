namespace Mainspring.Game;

/// <summary>Draws what stands in front of the arena: numbers, title, menus, the best scores, and the graph of frame times.</summary>
internal sealed class OverlayScene(World world, GameFlow flow, ScoreBoard scores, FrameTimes times)
{
    private const float CenterX = DrawList.Width / 2f;
    private const float Bottom = DrawList.Height - DrawList.LineHeight;
    private const float Right = DrawList.Width - DrawList.CharacterWidth;

    /// <summary>How the present screen calls what the player does.</summary>
    public string Help { get; set; } = "";

    /// <summary>The font of big letters; null until it is loaded.</summary>
    public Font? Font { get; set; }

    public void Draw(DrawList list)
    {
        if (flow.Mode == GameMode.Title)
        {
            DrawTitle(list);
        }
        else
        {
            DrawNumbers(list);
            DrawMessages(list);
        }

        if (flow.ShowsGraph)
        {
            DrawGraph(list);
        }
    }

    private void DrawNumbers(DrawList list)
    {
        Player player = world.Player;
        list.Text(4, 0, Palette.Ivory, TextAlign.Left, $"{world.Score:000000}");
        if (world.Multiplier > 1)
        {
            float left = world.ChainStepsLeft / (float)Units.Steps(2500);
            list.Text(34, 0, Palette.Brass, TextAlign.Left, $"X{world.Multiplier}");
            list.Box(46 + (10 * left), 4, 10 * left, 1, 0, Palette.Brass, 1, 0.3f);
        }

        list.Text(CenterX, 0, Palette.Brass, TextAlign.Center, $"{Roman.Of(Math.Max(1, world.HoursBegun - (world.Day * Hour.PerDay)))}{(world.Day > 0 ? " DAY " : "")}{(world.Day > 0 ? world.Day + 1 : 0):#}");
        for (int i = 0; i < player.Lives; i++)
        {
            list.Gear(Right - 4 - (i * 12), 4, 3.2f, 7, 0.3f, Palette.Teal, 1, 0.4f, 3);
        }

        // Below: the mainspring, and what was picked up.
        list.Text(4, Bottom, Palette.Dim, TextAlign.Left, "SPRING");
        float wound = player.Gears / (float)Player.GearsForChime;
        list.Box(62, Bottom + 4, 30, 1.6f, 0, Palette.Face, 1);
        list.Box(32 + (30 * wound), Bottom + 4, 30 * wound, 1.6f, 0, Palette.Brass, 1, 0.4f, 3);
        for (int i = 0; i < player.Chimes; i++)
        {
            list.Disc(102 + (i * 12), Bottom + 4, 2.6f, Palette.Brass, 1, 0.6f, 4);
        }

        DrawPower(list, 0, "RAPID", player.RapidStepsLeft, PickupKind.Rapid);
        DrawPower(list, 1, "SPREAD", player.SpreadStepsLeft, PickupKind.Spread);
        DrawPower(list, 2, "PIERCE", player.PierceStepsLeft, PickupKind.Pierce);
        if (player.DashPause == 0 && player.IsAlive)
        {
            list.Text(Right, Bottom, Palette.Teal, TextAlign.Right, "LEAP");
        }
    }

    private static void DrawPower(DrawList list, int place, ReadOnlySpan<char> name, int stepsLeft, PickupKind kind)
    {
        bool blinksOff = stepsLeft < 240 && (stepsLeft & 16) != 0;
        if (stepsLeft > 0 && !blinksOff)
        {
            list.Text(168 + (place * 36), Bottom, Palette.Of(kind), TextAlign.Center, name);
        }
    }

    private void DrawMessages(DrawList list)
    {
        switch (flow.Mode)
        {
            case GameMode.Playing when world.Phase == WorldPhase.Interlude && world.PhaseStepsLeft < Units.Steps(1800):
                Big(list, Roman.Of(world.NextHour), 68, 8, Palette.Brass);
                list.Text(CenterX, 132, Palette.Ivory, TextAlign.Center, world.HoursBegun == 0 ? "KEEP THE CLOCK GOING" : world.NextHour % 4 == 0 ? "THE REGULATOR COMES" : "THE NEXT HOUR");
                break;
            case GameMode.Paused:
                Dim(list, 0.6f);
                Big(list, "PAUSED", 68, 4, Palette.Ivory);
                list.Text(CenterX, 108, Palette.Ivory, TextAlign.Center, "P GO ON   Q GIVE UP");
                list.Text(CenterX, 124, Palette.Dim, TextAlign.Center, Help);
                break;
            case GameMode.Over:
                Dim(list, Math.Min(0.65f, (float)flow.TimeInMode.TotalSeconds));
                Big(list, "GAME OVER", 28, 4, Palette.Alarm);
                list.Text(CenterX, 68, Palette.Ivory, TextAlign.Center, $"{world.Score} POINTS   {world.HoursBegun} HOURS   {world.Kills} BROKEN");
                if (flow.Rank > 0)
                {
                    list.Text(CenterX, 76, Palette.Brass, TextAlign.Center, flow.Rank == 1 ? "THE BEST SCORE OF ALL" : "ONE OF THE BEST");
                }

                DrawScores(list, 92, 6);
                list.Text(CenterX, 156, Palette.Ivory, TextAlign.Center, "SPACE PLAY AGAIN   Q TITLE");
                break;
            default:
                break;
        }
    }

    private void DrawTitle(DrawList list)
    {
        Dim(list, 0.55f);
        Big(list, "TWELVE HOURS", 20, 4, Palette.Brass);
        list.Text(CenterX, 56, Palette.Dim, TextAlign.Center, "KEEP THE CLOCK GOING UNTIL MIDNIGHT");
        if ((int)(flow.TimeInMode.TotalSeconds * 1.6) % 2 == 0)
        {
            list.Text(CenterX, 76, Palette.Ivory, TextAlign.Center, "SPACE TO PLAY");
        }

        DrawScores(list, 92, 7);
        list.Text(CenterX, 160, Palette.Teal, TextAlign.Center, Help);
        list.Text(CenterX, 168, Palette.Dim, TextAlign.Center, "SHOTS FIND THE NEAREST ENEMY   P PAUSE   G FRAME TIMES   Q QUIT");
        if (scores.Problem is { } problem)
        {
            list.Text(CenterX, Bottom, Palette.Alarm, TextAlign.Center, problem.AsSpan(0, Math.Min(78, problem.Length)));
        }
    }

    private void DrawScores(DrawList list, float top, int most)
    {
        for (int i = 0; i < Math.Min(most, scores.Entries.Count); i++)
        {
            ScoreEntry entry = scores.Entries[i];
            bool isNew = flow.Mode == GameMode.Over && flow.Rank == i + 1;
            Colour colour = isNew ? Palette.Brass : i == 0 ? Palette.Ivory : Palette.Dim;
            float y = top + (i * DrawList.LineHeight);
            list.Text(CenterX - 76, y, colour, TextAlign.Left, $"{i + 1,2}  {entry.Name}");
            list.Text(CenterX + 36, y, colour, TextAlign.Right, $"{entry.Score}");
            list.Text(CenterX + 76, y, colour, TextAlign.Right, $"HOUR {entry.Hour}");
        }
    }

    private void DrawGraph(DrawList list)
    {
        const float Left = 6, Base = DrawList.Height - 12, PerMs = 1f;
        list.Box(Left + FrameTimes.Count / 2f, Base - 20, (FrameTimes.Count / 2f) + 2, 22, 0, Palette.Night, 0.8f);
        for (int i = 0; i < FrameTimes.Count; i++)
        {
            (float apart, float work) = times[i];
            Bar(list, Left + i, Base, Math.Min(40, apart * PerMs), apart > 25 ? Palette.Alarm : Palette.Teal * 0.6f);
            Bar(list, Left + i, Base, Math.Min(40, work * PerMs), Palette.Brass);
        }

        list.Line(Left, Base - (16.667f * PerMs), Left + FrameTimes.Count, Base - (16.667f * PerMs), 0.4f, Palette.Ivory, 0.6f, 0);
        (float apartMs, float workMs, float worstMs) = times.Summary;
        list.Text(Left, Base - 42, Palette.Ivory, TextAlign.Left, $"{(apartMs > 0 ? 1000 / apartMs : 0):0} HZ  {workMs:0.0} MS WORK  {worstMs:0.0} MS WORST");
    }

    private static void Bar(DrawList list, float x, float y, float height, Colour colour)
    {
        if (height > 0)
        {
            list.Box(x + 0.5f, y - (height / 2), 0.5f, height / 2, 0, colour, 0.9f);
        }
    }

    private static void Dim(DrawList list, float solid) =>
        list.Box(CenterX, DrawList.LineHeight + (Arena.HeightUnits / 2f), CenterX, Arena.HeightUnits / 2f, 0, Palette.Night, solid);

    private void Big(DrawList list, ReadOnlySpan<char> text, float y, float pixel, Colour colour)
    {
        if (Font is not null)
        {
            list.BigText(Font, CenterX, y, pixel, colour, text);
        }
    }
}
