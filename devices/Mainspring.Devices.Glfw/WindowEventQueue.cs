using System.Numerics;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// The events that a window has got and not yet emitted, in their order. Of those that only tell of a state, such as the mouse's position, the last one counts: one that comes while another
/// of its kind stands behind the last other event takes its place.
/// </summary>
internal sealed class WindowEventQueue
{
    /// <summary>More than a person can cause: the rest is lost, and counted.</summary>
    public const int Most = 65_536;

    private WindowEvent[] _events = new WindowEvent[256];
    private int _first;
    private int _states; // at the end: those that may still be replaced

    public int Count { get; private set; }

    /// <summary>How many come before those that may still be replaced.</summary>
    public int Settled => Count - _states;

    public ref readonly WindowEvent First => ref _events[_first];

    /// <summary>Adds an event, or says that there is no room.</summary>
    public bool TryAdd(in WindowEvent e)
    {
        if (IsState(e.Kind))
        {
            for (int i = Count - 1; i >= Count - _states; i--)
            {
                ref WindowEvent older = ref _events[(_first + i) & (_events.Length - 1)];
                if (older.Kind == e.Kind)
                {
                    older = e;
                    return true;
                }
            }
        }

        if (Count == Most)
        {
            return false;
        }

        if (Count == _events.Length)
        {
            Grow();
        }

        _events[(_first + Count++) & (_events.Length - 1)] = e;
        _states = IsState(e.Kind) ? _states + 1 : 0;
        return true;
    }

    public WindowEvent Take()
    {
        WindowEvent e = _events[_first];
        _events[_first] = default; // it may hold paths
        _first = (_first + 1) & (_events.Length - 1);
        Count--;
        _states = Math.Min(_states, Count);
        return e;
    }

    public void Clear()
    {
        Array.Clear(_events);
        (_first, _states, Count) = (0, 0, 0);
    }

    private static bool IsState(WindowEventKind kind) =>
        kind is WindowEventKind.MouseMoved or WindowEventKind.Resized or WindowEventKind.FramebufferResized or WindowEventKind.ContentScaleChanged or WindowEventKind.Moved or WindowEventKind.RedrawNeeded;

    private void Grow()
    {
        var larger = new WindowEvent[BitOperations.RoundUpToPowerOf2((uint)Count + 1)];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = _events[(_first + i) & (_events.Length - 1)];
        }

        (_events, _first) = (larger, 0);
    }
}
