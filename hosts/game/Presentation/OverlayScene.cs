namespace Mainspring.Game;

/// <summary>Draws what stands in front of the arena: numbers, title, menus, the best scores, and the graph of frame times.</summary>
internal sealed class OverlayScene(World world, GameFlow flow, ScoreBoard scores, FrameTimes times)
{
    private const float CenterX = DrawList.Width / 2f;
    private const float Bottom = DrawList.Height - DrawList.LineHeight;
    private const float LateMs = 25;
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
            if (flow.Mode is GameMode.Playing or GameMode.Paused)
            {
                DrawGraph(list);
            }
            else
            {
                DrawTimes(list, 4, DrawList.LineHeight); // the graph would cover what is written below
            }
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
                list.Text(CenterX, 68, Palette.Ivory, TextAlign.Center, $"{world.Score} POINTS   HOUR {world.HoursBegun}   {world.Kills} BROKEN");
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
        bool isBright = (int)(flow.TimeInMode.TotalSeconds * 1.6) % 2 == 0;
        list.Text(CenterX, 76, isBright ? Palette.Ivory : Palette.Brass, TextAlign.Center, "SPACE TO PLAY");
        DrawScores(list, 92, 7);
        float top = Math.Min(160, (scores.Problem is { } problem ? DrawProblem(list, problem) : DrawList.Height) - (2 * DrawList.LineHeight));
        list.Text(CenterX, top, Palette.Teal, TextAlign.Center, Help);
        list.Text(CenterX, top + DrawList.LineHeight, Palette.Dim, TextAlign.Center, "SHOTS FIND THE NEAREST ENEMY   P PAUSE   F3 OR G FRAME TIMES   Q QUIT");
    }

    // In lines from the bottom up, as many as there is room for: all of it is said when the program ends. Gives its top.
    private static float DrawProblem(DrawList list, ReadOnlySpan<char> text)
    {
        const int MostPerLine = 78, MostLines = 3;
        Span<int> ends = stackalloc int[MostLines];
        int lines = 0;
        for (int start = 0; start < text.Length && lines < MostLines; start = ends[lines++])
        {
            int length = Math.Min(MostPerLine, text.Length - start);
            int space = start + length < text.Length ? text.Slice(start, length).LastIndexOf(' ') : -1;
            ends[lines] = start + (space > 0 ? space + 1 : length);
        }

        float top = DrawList.Height - (lines * DrawList.LineHeight);
        for (int i = 0; i < lines; i++)
        {
            list.Text(CenterX, top + (i * DrawList.LineHeight), Palette.Alarm, TextAlign.Center, text[(i == 0 ? 0 : ends[i - 1])..ends[i]].TrimEnd());
        }

        return top;
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
        const float Left = 6, Base = DrawList.Height - 12, PerMs = 1f, Most = 31; // the texts stand above
        list.Box(Left + (FrameTimes.Count / 2f), Base - 24, (FrameTimes.Count / 2f) + 2, 26, 0, Palette.Night, 0.8f);
        for (int i = 0; i < FrameTimes.Count; i++)
        {
            (float apart, float work) = times[i];
            Bar(list, Left + i, Base, Math.Min(Most, apart * PerMs), apart > LateMs ? Palette.Alarm : Palette.Teal * 0.6f);
            Bar(list, Left + i, Base, Math.Min(Most, work * PerMs), Palette.Brass);
        }

        list.Line(Left, Base - (16.667f * PerMs), Left + FrameTimes.Count, Base - (16.667f * PerMs), 0.4f, Palette.Ivory, 0.6f, 0);
        DrawTimes(list, Left, Base - 48);
        list.Text(Left, Base - 40, Palette.Teal, TextAlign.Left, "FRAME");
        list.Text(Left + 28, Base - 40, Palette.Alarm, TextAlign.Left, "LATE");
        list.Text(Left + 52, Base - 40, Palette.Brass, TextAlign.Left, "WORK");
        list.Text(Left + 76, Base - 40, Palette.Ivory, TextAlign.Left, "LINE AT 16.7 MS");
    }

    private void DrawTimes(DrawList list, float left, float top)
    {
        (float apartMs, float workMs, float worstMs) = times.Summary;
        list.Text(left, top, Palette.Ivory, TextAlign.Left, $"{(apartMs > 0 ? 1000 / apartMs : 0):0} HZ  {workMs:0.0} MS WORK  {worstMs:0.0} MS WORST");
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
