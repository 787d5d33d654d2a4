namespace Mainspring.Game;

/// <summary>What keys and buttons mean, whatever device has them.</summary>
internal enum GameKey
{
    None,
    Up,
    Down,
    Left,
    Right,
    UpLeft,
    UpRight,
    DownLeft,
    DownRight,

    /// <summary>Stand still, where keys are not released.</summary>
    Stop,

    /// <summary>Leap; on the title: begin.</summary>
    Dash,

    /// <summary>Strike; on the title: begin.</summary>
    Chime,

    /// <summary>Pause, and go on; on the title: end.</summary>
    Pause,

    /// <summary>Give up; on the title: end.</summary>
    Quit,

    /// <summary>The graph of frame times.</summary>
    Graph,

    /// <summary>Fill the screen.</summary>
    FullScreen,
}
