using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>Keys: each press and release once, in order.</summary>
public sealed class KeyCases : IDisposable
{
    private const int FirstCode = 24; // Q of an X keyboard of the usual layout
    private const int Codes = 10;     // Q to P

    private readonly WindowBench _bench = new();

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    [Case]
    public void Keys_InAFlood_ComeOnceAndInOrder()
    {
        const int Count = 500;
        var wanted = new List<(Key, int, KeyAction)>();
        for (int i = 0; i < Count; i++)
        {
            int code = FirstCode + (i % Codes);
            _bench.Driver.Key(code, true);
            _bench.Driver.Key(code, false);
            Key key = "QWERTYUIOP"[i % Codes] - 'A' + Key.A;
            wanted.Add((key, code, KeyAction.Press));
            wanted.Add((key, code, KeyAction.Release));
            _bench.Driver.Sync(); // GLFW drops the second press of a key within a millisecond
        }

        Pump.Until(_bench.Loop, () => _bench.Of(WindowEventKind.Key).Count() >= 2 * Count);
        Check.Sequence(wanted, _bench.Of(WindowEventKind.Key).Select(e => (e.Key, e.ScanCode, e.Action)));
    }
}
