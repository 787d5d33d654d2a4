namespace Mainspring.Game.Tests;

public class ControlsTests
{
    private readonly World _world = new();
    private readonly InputLatch _latch = new();
    private readonly Controls _controls;

    public ControlsTests() => _controls = new Controls(_latch);

    private PlayerInput Next => _latch.Decide(_world);

    [Fact]
    public void Keys_that_are_held_together_are_a_diagonal_and_opposite_ones_are_nothing()
    {
        _controls.Press(GameKey.Up);
        _controls.Press(GameKey.Right);
        Assert.Equal(new PlayerInput(127, -127), Next);
        _controls.Press(GameKey.Left);
        Assert.Equal(new PlayerInput(0, -127), Next);
        _controls.Release(GameKey.Right);
        _controls.Release(GameKey.Up);
        Assert.Equal(new PlayerInput(-127, 0), Next);
    }

    [Fact]
    public void A_key_that_is_pressed_and_released_before_the_step_still_acts()
    {
        _controls.Press(GameKey.Dash);
        _controls.Release(GameKey.Dash);
        Assert.True(Next.Has(PlayerActions.Dash));
        Assert.False(Next.Has(PlayerActions.Dash));
    }

    [Fact]
    public void Without_releases_the_last_direction_stays_until_another_or_a_stop()
    {
        _controls.Steer(GameKey.Left, together: false);
        Assert.Equal(new PlayerInput(-127, 0), Next);
        Assert.Equal(new PlayerInput(-127, 0), Next);
        _controls.Steer(GameKey.Up, together: true);
        Assert.Equal(new PlayerInput(-127, -127), Next);
        _controls.Steer(GameKey.Right, together: false);
        Assert.Equal(new PlayerInput(127, 0), Next);
        _controls.Steer(GameKey.Stop, together: false);
        Assert.Equal(default, Next);
    }

    [Fact]
    public void A_stick_near_its_middle_does_not_count()
    {
        _controls.Stick(0.1f, -0.1f);
        Assert.Equal(default, Next);
        _controls.Stick(0.5f, 0);
        Assert.Equal(63, Next.MoveX);
    }

    [Fact]
    public void What_is_held_is_forgotten_when_the_game_pauses()
    {
        _controls.Press(GameKey.Up);
        _controls.Aim(3, 4);
        Assert.NotEqual(default, Next);
        _controls.Clear();
        Assert.Equal(default, Next);
    }
}
