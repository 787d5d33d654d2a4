namespace Mainspring;

/// <summary>Where a source is in its life.</summary>
public enum SourceState
{
    /// <summary>Attached: its events arrive.</summary>
    Attached,

    /// <summary>Failed and detached; its <see cref="RetryPolicy"/> will attach it again.</summary>
    WaitingToRetry,

    /// <summary>Failed for good: its <see cref="RetryPolicy"/> has no attempts left.</summary>
    Failed,

    /// <summary>Removed from the loop, by hand or because the loop was disposed.</summary>
    Removed,
}
