namespace Mainspring.Game;

/// <summary>Makes what devices say, between frames and in any order, into what the player wants, and leaves it in the latch for the next fixed step.</summary>
internal sealed class Controls(InputLatch latch)
{
    private const sbyte Full = 127;

    private readonly bool[] _isDown = new bool[(int)GameKey.FullScreen + 1];
    private (int X, int Y) _steered; // where keys are not released: the last direction stays
    private (float X, float Y) _stick;
    private (float X, float Y) _aim;

    /// <summary>Called with every key that was pressed.</summary>
    public Action<GameKey>? Pressed { get; set; }

    /// <summary>A key was pressed that will be released.</summary>
    public void Press(GameKey key)
    {
        _isDown[(int)key] = true;
        Act(key);
    }

    public void Release(GameKey key)
    {
        _isDown[(int)key] = false;
        Update();
    }

    /// <summary>A key was pressed on a terminal that does not tell releases: directions stay until the next one.</summary>
    /// <param name="together">Whether the key before came so shortly before that both are meant: a diagonal.</param>
    public void Steer(GameKey key, bool together)
    {
        (int x, int y) = key switch
        {
            GameKey.Up => (0, -1),
            GameKey.Down => (0, 1),
            GameKey.Left => (-1, 0),
            GameKey.Right => (1, 0),
            GameKey.UpLeft => (-1, -1),
            GameKey.UpRight => (1, -1),
            GameKey.DownLeft => (-1, 1),
            GameKey.DownRight => (1, 1),
            _ => (0, 0),
        };
        if ((x, y) != (0, 0))
        {
            _steered = together ? (x == 0 ? _steered.X : x, y == 0 ? _steered.Y : y) : (x, y);
        }
        else if (key == GameKey.Stop)
        {
            _steered = default;
        }

        Act(key);
    }

    /// <summary>Where a stick stands, from -1 to 1.</summary>
    public void Stick(float x, float y)
    {
        const float Dead = 0.2f;
        _stick = (x * x) + (y * y) < Dead * Dead ? default : (x, y);
        Update();
    }

    /// <summary>Where to shoot, as a direction; zero lets it find the nearest enemy.</summary>
    public void Aim(float x, float y)
    {
        float length = MathF.Sqrt((x * x) + (y * y));
        _aim = length < 0.001f ? default : (x / length, y / length);
        Update();
    }

    /// <summary>Nothing is held any more.</summary>
    public void Clear()
    {
        Array.Clear(_isDown);
        (_steered, _stick, _aim) = (default, default, default);
        latch.Clear();
    }

    private void Act(GameKey key)
    {
        PlayerActions action = key switch { GameKey.Dash => PlayerActions.Dash, GameKey.Chime => PlayerActions.Chime, _ => PlayerActions.None };
        Update();
        latch.Press(action);
        Pressed?.Invoke(key);
    }

    private void Update()
    {
        int x = _steered.X + Of(GameKey.Right) + Of(GameKey.UpRight) + Of(GameKey.DownRight) - Of(GameKey.Left) - Of(GameKey.UpLeft) - Of(GameKey.DownLeft);
        int y = _steered.Y + Of(GameKey.Down) + Of(GameKey.DownLeft) + Of(GameKey.DownRight) - Of(GameKey.Up) - Of(GameKey.UpLeft) - Of(GameKey.UpRight);
        latch.Held = new PlayerInput(Part(Math.Clamp(x, -1, 1) + _stick.X), Part(Math.Clamp(y, -1, 1) + _stick.Y), Part(_aim.X), Part(_aim.Y));
    }

    private int Of(GameKey key) => _isDown[(int)key] ? 1 : 0;

    private static sbyte Part(float part) => (sbyte)(Math.Clamp(part, -1, 1) * Full);
}
