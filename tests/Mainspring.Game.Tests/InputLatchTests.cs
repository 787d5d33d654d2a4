namespace Mainspring.Game.Tests;

public class InputLatchTests
{
    private readonly World _world = new();
    private readonly InputLatch _latch = new();

    [Fact]
    public void A_press_between_two_steps_is_in_the_next_one_and_in_no_other()
    {
        _latch.Press(PlayerActions.Dash);
        Assert.Equal(PlayerActions.Dash, _latch.Decide(_world).Actions);
        Assert.Equal(PlayerActions.None, _latch.Decide(_world).Actions);
    }

    [Fact]
    public void Two_presses_between_two_steps_are_both_in_the_next_one()
    {
        _latch.Press(PlayerActions.Dash);
        _latch.Press(PlayerActions.Chime);
        Assert.Equal(PlayerActions.Dash | PlayerActions.Chime, _latch.Decide(_world).Actions);
    }

    [Fact]
    public void What_is_held_is_in_every_step_until_it_changes()
    {
        _latch.Held = new PlayerInput(127, -127, 1, 2);
        Assert.Equal(new PlayerInput(127, -127, 1, 2), _latch.Decide(_world));
        Assert.Equal(new PlayerInput(127, -127, 1, 2), _latch.Decide(_world));
        _latch.Held = default;
        Assert.Equal(default, _latch.Decide(_world));
    }

    [Fact]
    public void Clearing_forgets_what_is_held_and_what_was_pressed()
    {
        _latch.Held = new PlayerInput(127, 0);
        _latch.Press(PlayerActions.Chime);
        _latch.Clear();
        Assert.Equal(default, _latch.Decide(_world));
    }
}
