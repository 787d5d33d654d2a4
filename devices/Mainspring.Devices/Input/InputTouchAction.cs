namespace Mainspring.Devices;

/// <summary>What a contact does.</summary>
public enum InputTouchAction
{
    /// <summary>It begins.</summary>
    Down,

    /// <summary>Its position, pressure or size is another one.</summary>
    Move,

    /// <summary>It ends.</summary>
    Up,
}
