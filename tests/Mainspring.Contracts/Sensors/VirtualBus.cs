using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>A bus whose work takes time of the loop's clock: as much as it is told, or until it is let go.</summary>
internal sealed class VirtualBus : ISensorBus
{
    private Task _last = Task.CompletedTask;
    private TaskCompletionSource? _held;

    /// <summary>What each piece of work takes.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromMilliseconds(21);

    /// <summary>How many pieces were given to it.</summary>
    public int Given { get; private set; }

    /// <summary>Has what comes next hang.</summary>
    public void Hang() => _held = new TaskCompletionSource();

    /// <summary>Ends that.</summary>
    public void LetGo()
    {
        _held!.SetResult();
        _held = null;
    }

    public async LoopTask RunAsync(MainLoop loop, Action work)
    {
        Given++;
        var end = new TaskCompletionSource();
        Task before = _last;
        _last = end.Task;
        await before;
        await (_held?.Task ?? Task.CompletedTask);
        await loop.Delay(Duration);
        work();
        end.SetResult();
    }
}
