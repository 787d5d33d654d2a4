namespace Mainspring.Scheduler;

/// <summary>What kind of work a load is, and so what runs it.</summary>
internal enum LoadKind
{
    /// <summary>In every frame, in its Update phase.</summary>
    Frame,

    /// <summary>In the time that the budget leaves: <see cref="MainLoop.CallInBackground"/>.</summary>
    Background,

    /// <summary>Periodic timers.</summary>
    Timer,

    /// <summary>Callbacks: <c>MainLoop.CallSoon</c>.</summary>
    Callback,

    /// <summary>Posts from another thread.</summary>
    Post,
}
