namespace Mainspring;

/// <summary>Who decides when a tick and a frame begin.</summary>
public enum Pacing
{
    /// <summary>Frames at their deadlines, events and timers between them as they come; without a frame rate the loop is event-driven.</summary>
    Responsive,

    /// <summary>One tick is one frame, and everything happens in it: lockstep.</summary>
    FrameLocked,

    /// <summary>Every <see cref="MainLoop.Tick"/> is one frame; the host gives delta and deadline, otherwise they are measured.</summary>
    Host,
}

/// <summary>What to do about frames whose time has passed when the loop comes to them.</summary>
public enum LatePolicy
{
    /// <summary>Run one frame now, keep the phase of the grid, and count the frames that were dropped.</summary>
    Skip,

    /// <summary>Run the missed frames one after the other, up to <see cref="LoopOptions.MaxCatchUp"/> of them; drop and count the rest.</summary>
    CatchUp,
}

/// <summary>What an unhandled exception does to the loop.</summary>
public enum ErrorPolicy
{
    /// <summary>It is logged and the loop goes on.</summary>
    Continue,

    /// <summary>The loop stops, and <see cref="MainLoop.Run(RunOptions)"/> throws the exception.</summary>
    Stop,
}

/// <summary>The phases of a frame, in the order in which they run.</summary>
public enum FramePhase
{
    /// <summary>Input of this frame is read.</summary>
    Input,

    /// <summary>Fixed simulation steps: with <see cref="LoopOptions.FixedStep"/> any number of them in a frame, otherwise once.</summary>
    FixedUpdate,

    /// <summary>Once per frame: the default.</summary>
    Update,

    /// <summary>After every <see cref="Update"/>.</summary>
    LateUpdate,

    /// <summary>Drawing.</summary>
    Render,

    /// <summary>Showing what was drawn.</summary>
    Present,
}
