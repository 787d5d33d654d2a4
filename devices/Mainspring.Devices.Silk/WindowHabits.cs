using Silk.NET.Windowing;

namespace Mainspring.Devices.Silk;

/// <summary>How a window that is the program's was driven before it was added to a loop.</summary>
internal sealed class WindowHabits(IWindow window)
{
    private readonly double _framesPerSecond = window.FramesPerSecond;
    private readonly double _updatesPerSecond = window.UpdatesPerSecond;
    private readonly bool _isEventDriven = window.IsEventDriven;
    private readonly bool _waitsForDisplay = window.VSync;
    private readonly bool _swaps = window.ShouldSwapAutomatically;

    public void Restore(IWindow window) =>
        (window.FramesPerSecond, window.UpdatesPerSecond, window.IsEventDriven, window.VSync, window.ShouldSwapAutomatically) =
        (_framesPerSecond, _updatesPerSecond, _isEventDriven, _waitsForDisplay, _swaps);
}
