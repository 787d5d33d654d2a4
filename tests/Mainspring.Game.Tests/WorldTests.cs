using System.Text;

namespace Mainspring.Game.Tests;

public sealed class WorldTests : IDisposable
{
    private readonly MainLoop _loop = Games.Hosted();
    private readonly InputLatch _still = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Enemies_appear_at_their_steps_and_are_harmless_until_they_have_arrived()
    {
        GameSession session = Begin("1 3 ram corners");
        _loop.TickUntil(() => session.World.Phase == WorldPhase.Hour);
        _loop.TickUntil(() => Living(session).Any());
        Assert.Equal(3, Living(session).Count());
        Assert.All(Living(session), static enemy => Assert.True(enemy.IsAway && enemy.Kind == EnemyKind.Ram));
        _loop.TickUntil(() => Living(session).All(static enemy => !enemy.IsAway), Enemy.ArrivalSteps + 1);
    }

    [Fact]
    public void An_empty_arena_does_not_wait_for_the_next_enemies()
    {
        GameSession session = Begin("300 1 mite left");
        _loop.TickUntil(() => Living(session).Any(), Units.Steps(5000));
    }

    [Fact]
    public void An_hour_is_over_when_all_are_broken_and_then_the_next_one_comes()
    {
        GameSession session = Begin("0 2 mite left\n", "0 1 spitter right\n");
        _loop.TickUntil(() => session.World.HoursBegun == 2 && Living(session).Any());
        Assert.All(Living(session), static enemy => Assert.Equal(EnemyKind.Spitter, enemy.Kind));
        Assert.Equal(2, session.World.Kills);
    }

    [Fact]
    public void After_the_last_hour_comes_the_first_one_of_a_harder_day()
    {
        GameSession session = Begin("0 1 mite left\n");
        int speed = session.World.SpeedOf(EnemyKind.Mite);
        session.Player = new Bot();
        _loop.TickUntil(() => session.World.HoursBegun == Hour.PerDay + 1);
        Assert.Equal((1, 2), (session.World.Day, session.World.NextHour));
        Assert.True(session.World.SpeedOf(EnemyKind.Mite) > speed);
    }

    [Fact]
    public void A_cog_breaks_into_pinions()
    {
        GameSession session = Begin("0 1 cog left");
        session.Player = new Bot();
        _loop.TickUntil(() => session.World.Kills == 1);
        Assert.Equal(3, Living(session).Count(static enemy => enemy.Kind == EnemyKind.Pinion));
    }

    [Fact]
    public void More_than_there_are_places_for_come_later()
    {
        GameSession session = Begin("0 30 ram edge");
        session.Player = new Bot();
        int most = 0;
        _loop.TickUntil(() =>
        {
            most = Math.Max(most, Living(session).Count());
            return session.World.Kills == 30 || session.World.Phase == WorldPhase.Over;
        });
        Assert.Equal(EnemyTraits.Of(EnemyKind.Ram).Most, most);
        Assert.Equal(30, session.World.Kills);
    }

    [Fact]
    public void Who_does_nothing_loses_every_life_and_nothing_moves_the_score_after_that()
    {
        GameSession session = Begin("0 40 moth edge 0.1\n0 40 mite edge 0.1\n0 8 spitter edge");
        _loop.TickUntil(() => session.World.Phase == WorldPhase.Over);
        Assert.Equal(0, session.World.Player.Lives);
        Assert.Contains(session.World.Events.ToArray(), static e => e is { Kind: GameEventKind.Hurt, Value: 0 });
        long score = session.World.Score, step = session.World.StepNumber;
        _loop.TickUntil(() => session.World.StepNumber == step + 300);
        Assert.Equal(score, session.World.Score);
        Assert.Equal(WorldPhase.Over, session.World.Phase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Who_stands_still_sees_the_second_hour_and_never_the_fourth(ulong seed)
    {
        var session = new GameSession(_loop, _still);
        session.Begin(seed);
        _loop.TickUntil(() => session.World.Phase == WorldPhase.Over);
        Assert.InRange(session.World.HoursBegun, 2, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Who_moves_well_sees_the_regulator(ulong seed)
    {
        var session = new GameSession(_loop, new Bot());
        session.Begin(seed);
        _loop.TickUntil(() => session.World.Phase == WorldPhase.Over || session.World.HoursBegun > 12, 1_000_000);
        Assert.True(session.World.HoursBegun >= 4, $"it came to hour {session.World.HoursBegun}");
    }

    [Fact]
    public void A_leap_passes_through_enemies_unhurt_and_needs_a_rest()
    {
        var player = new Player();
        player.Reset();
        Assert.True(player.Move(new PlayerInput(127, 0, Actions: PlayerActions.Dash)));
        Assert.True(player.IsInvulnerable);
        Assert.False(player.Move(new PlayerInput(127, 0, Actions: PlayerActions.Dash)));
        for (int i = 0; i < Units.Steps(1000); i++)
        {
            player.Move(default);
        }

        Assert.True(player.Move(new PlayerInput(127, 0, Actions: PlayerActions.Dash)));
    }

    [Fact]
    public void Gears_wind_the_mainspring_and_a_full_one_strikes()
    {
        var player = new Player();
        player.Reset();
        Assert.True(player.TryChime());
        Assert.False(player.TryChime());
        for (int i = 0; i < Player.GearsForChime; i++)
        {
            player.Take(PickupKind.Gear);
        }

        Assert.Equal((1, 0), (player.Chimes, player.Gears));
    }

    [Fact]
    public void A_ward_takes_one_hit_and_mercy_follows()
    {
        var player = new Player();
        player.Reset();
        player.Take(PickupKind.Ward);
        int lives = player.Lives;
        Assert.False(player.Suffer());
        Assert.Equal(lives, player.Lives);
        Assert.True(player.Suffer());
        Assert.Equal(lives - 1, player.Lives);
        Assert.True(player.IsInvulnerable);
    }

    private static IEnumerable<Enemy> Living(GameSession session) => session.World.Enemies.Where(static enemy => enemy.IsAlive);

    // Hours of our own; the last one for all that follow.
    private GameSession Begin(params string[] hours)
    {
        var session = new GameSession(_loop, _still, hour => new MemoryStream(Encoding.UTF8.GetBytes(hours[Math.Min(hour, hours.Length) - 1])));
        session.Begin(1);
        return session;
    }
}
