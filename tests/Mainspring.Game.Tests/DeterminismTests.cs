namespace Mainspring.Game.Tests;

public class DeterminismTests
{
    // What `--bot 60 --seed 7` prints. When the simulation is changed on purpose this changes with it; otherwise something has crept in.
    private const ulong ExpectedHash = 0x261e17d863da5326;

    [Fact]
    public void A_minute_of_seed_7_ends_in_the_state_in_which_it_always_ended() => Assert.Equal(ExpectedHash, Games.Play(60));

    [Theory]
    [InlineData(24)]
    [InlineData(30)]
    [InlineData(59.94)]
    [InlineData(144)]
    [InlineData(240)]
    [InlineData(1000)]
    public void Every_frame_rate_gives_the_same_state(double hz) => Assert.Equal(ExpectedHash, Games.Play(60, hz: hz));

    [Fact]
    public void Frames_that_are_held_up_change_nothing() => Assert.Equal(ExpectedHash, Games.Play(60, prepare: static (loop, clock) =>
        loop.OnFrame(FramePhase.Update, frame => clock.Advance(TimeSpan.FromMilliseconds(frame.Index % 37 == 0 ? 190 : frame.Index * 7 % 23)))));

    [Fact]
    public void Other_seeds_give_other_states()
    {
        ulong[] hashes = [.. Enumerable.Range(0, 8).Select(static seed => Games.Play(20, (ulong)seed))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void What_was_played_can_be_played_again()
    {
        var recording = new Recording(new Bot());
        ulong played = Games.Play(45, player: recording);
        Assert.Equal(played, Games.Play(45, hz: 144, player: new Replay(recording.Inputs)));
    }

    [Fact]
    public void One_other_input_of_one_step_gives_another_state()
    {
        var recording = new Recording(new Bot());
        ulong played = Games.Play(20, player: recording);
        recording.Inputs[1200] = recording.Inputs[1200] with { MoveX = (sbyte)(recording.Inputs[1200].MoveX == 0 ? 127 : 0) };
        Assert.NotEqual(played, Games.Play(20, player: new Replay(recording.Inputs)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(2345)]
    public void A_game_does_not_know_what_was_played_before_it(int stepsBefore)
    {
        const int Steps = 3000;
        using MainLoop fresh = Games.Hosted();
        var first = new GameSession(fresh, new Bot());
        first.Begin(3);
        fresh.TickUntil(() => first.World.StepNumber == Steps);

        using MainLoop used = Games.Hosted();
        var second = new GameSession(used, new Bot());
        second.Begin(99);
        used.TickUntil(() => second.World.StepNumber == stepsBefore);
        second.Begin(3);
        used.TickUntil(() => second.World.StepNumber == Steps);

        Assert.Equal(first.World.Hash, second.World.Hash);
    }

    [Fact]
    public void An_hour_that_takes_its_time_to_load_changes_nothing()
    {
        const int Steps = 4000;
        using MainLoop quick = Games.Hosted();
        var expected = new GameSession(quick, new Bot());
        expected.Begin(Games.Seed);
        quick.TickUntil(() => expected.World.StepNumber == Steps);

        using var gate = new SemaphoreSlim(0);
        using MainLoop slow = Games.Hosted();
        var session = new GameSession(slow, new Bot(), hour => new HeldStream(HourLoader.OpenBuiltIn(hour), gate));
        session.Begin(Games.Seed);
        int held = 0;
        slow.TickUntil(
            () =>
            {
                if (session.World.NeedsHour)
                {
                    // Frames go on, but no step comes; then the hour may be read.
                    long step = session.World.StepNumber;
                    for (int i = 0; i < 50; i++)
                    {
                        slow.TickFrame(Units.Step, TimeSpan.FromMilliseconds(5));
                    }

                    Assert.Equal(step, session.World.StepNumber);
                    gate.Release();
                    held++;
                    SpinWait.SpinUntil(() =>
                    {
                        slow.TickFrame(TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
                        return !session.World.NeedsHour;
                    });
                }

                return session.World.StepNumber == Steps;
            });

        Assert.True(held >= 2);
        Assert.Equal(expected.World.Hash, session.World.Hash);
        gate.Release(Hour.PerDay);
    }

    [Fact]
    public void A_pause_is_a_gap_between_two_steps()
    {
        using MainLoop loop = Games.Hosted();
        var session = new GameSession(loop, new Bot());
        session.Begin(Games.Seed);
        loop.TickUntil(() => session.World.StepNumber == 1000);
        session.IsPaused = true;
        for (int i = 0; i < 100; i++)
        {
            loop.TickFrame(Units.Step, TimeSpan.FromMilliseconds(5));
        }

        Assert.Equal(1000, session.World.StepNumber);
        session.IsPaused = false;
        loop.TickUntil(() => session.World.StepNumber == 2400);
        Assert.Equal(Games.Play(20), Combined(session.World.Hash));
    }

    // As a run of the bot with a single game.
    private static ulong Combined(ulong hash)
    {
        var combined = new StateHash(StateHash.Empty);
        combined.Add(hash);
        return combined.Value;
    }

    private sealed class Recording(IPlayer player) : IPlayer
    {
        public List<PlayerInput> Inputs { get; } = [];

        public PlayerInput Decide(World world)
        {
            Inputs.Add(player.Decide(world));
            return Inputs[^1];
        }
    }

    private sealed class Replay(IEnumerable<PlayerInput> inputs) : IPlayer
    {
        private readonly Queue<PlayerInput> _inputs = new(inputs);

        public PlayerInput Decide(World world) => _inputs.Dequeue();
    }

    // Reads only when it may.
    private sealed class HeldStream(Stream inner, SemaphoreSlim gate) : Stream
    {
        private bool _mayRead;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => (inner.Position, _mayRead) = (value, false);
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!_mayRead)
            {
                gate.Wait();
                _mayRead = true;
            }

            return inner.Read(buffer, offset, count);
        }

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
