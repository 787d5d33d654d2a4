using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>What the helper thread of a guest needs, to wait for what the loop would wait for.</summary>
[SupportedOSPlatform("windows")]
internal sealed class NewsWait(DeadlineTimer timer, SafeWaitHandle changed) : IDisposable
{
    private readonly List<nint> _left = [];

    /// <summary>When the loop has something to do next.</summary>
    public long DeadlineNs = long.MaxValue;

    /// <summary>Expires at the deadline.</summary>
    public DeadlineTimer Timer => timer;

    /// <summary>Set when the wait has to begin anew, since the deadline or the handles are others.</summary>
    public SafeWaitHandle Changed => changed;

    /// <summary>Whether the helper waits; under the poller's gate.</summary>
    public bool IsWaiting { get; set; }

    public void Restart() => _ = Kernel32.SetEvent(changed);

    /// <summary>A handle is closed when the helper does not wait for it any more; under the poller's gate.</summary>
    public void CloseLater(nint handle) => _left.Add(handle);

    /// <summary>The helper does not wait; under the poller's gate.</summary>
    public void CloseNow()
    {
        foreach (nint handle in _left)
        {
            Kernel32.CloseHandle(handle);
        }

        _left.Clear();
    }

    public void Dispose()
    {
        CloseNow();
        timer.Dispose();
        changed.Dispose();
    }
}
