using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>Keys: each press and release once, in order.</summary>
public sealed class KeyCases : IDisposable
{
    // By the numbers of the X keyboard, from the left: the rows of Q, A and Z.
    private static readonly (int Code, string Keys)[] s_rows = [(24, "QWERTYUIOP"), (38, "ASDFGHJKL"), (52, "ZXCVBNM")];
    private static readonly (int Code, Key Key)[] s_keys = [.. from row in s_rows from i in Enumerable.Range(0, row.Keys.Length) select (row.Code + i, Key.A + (row.Keys[i] - 'A'))];

    private readonly WindowBench _bench = new();

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    [Case]
    public void Keys_InAFlood_ComeOnceAndInOrder()
    {
        const int Count = 1000;
        var wanted = new List<(Key, int, KeyAction)>();
        var text = new List<string>();
        for (int i = 0; i < Count; i++)
        {
            (int code, Key key) = s_keys[i % s_keys.Length];
            if (i % s_keys.Length == 0)
            {
                _bench.NextMillisecond();
            }

            _bench.Driver.Key(code, true);
            _bench.Driver.Key(code, false);
            wanted.Add((key, code, KeyAction.Press));
            wanted.Add((key, code, KeyAction.Release));
            text.Add(key.ToString().ToLowerInvariant());
        }

        _bench.Driver.Flush();
        _bench.Settle();
        Check.Sequence(wanted, _bench.Of(WindowEventKind.Key).Select(e => (e.Key, e.ScanCode, e.Action)));
        Check.Sequence(text, _bench.Of(WindowEventKind.Text).Select(e => e.Text.ToString()));
    }

    [Case]
    public void Modifiers_AreThoseThatWereHeldBefore()
    {
        const int ShiftCode = 50, ACode = 38;
        foreach ((int code, bool isDown) in new[] { (ShiftCode, true), (ACode, true), (ACode, false), (ShiftCode, false) })
        {
            _bench.Driver.Key(code, isDown);
        }

        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.Key, 4);
        Check.Sequence(
            [
                (Key.LeftShift, KeyAction.Press, KeyModifiers.None),
                (Key.A, KeyAction.Press, KeyModifiers.Shift),
                (Key.A, KeyAction.Release, KeyModifiers.Shift),
                (Key.LeftShift, KeyAction.Release, KeyModifiers.Shift),
            ],
            _bench.Of(WindowEventKind.Key).Select(e => (e.Key, e.Action, e.Modifiers)));
        Check.Sequence(["A"], _bench.Of(WindowEventKind.Text).Select(e => e.Text.ToString()));
    }

    [Case]
    public void Focus_WhenItIsLost_WhatIsHeldIsReleasedBefore()
    {
        const int ACode = 38, BCode = 56;
        _bench.Driver.Key(ACode, true);
        _bench.Driver.Key(BCode, true);
        _bench.Driver.Button(1, true);
        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.MouseButton);
        Check.True(_bench.Window.IsDown(Key.A) && _bench.Window.IsDown(Key.B) && _bench.Window.IsDown(MouseButton.Left));
        _bench.Events.Clear();

        _bench.Driver.FocusNothing();
        _bench.Driver.Key(ACode, false);
        _bench.Driver.Key(BCode, false);
        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.FocusChanged);
        Check.Sequence(
            ["Key A (38) Release None, synthetic", "Key B (56) Release None, synthetic", "MouseButton Left Release None at 50, 50, synthetic", "FocusChanged False"],
            _bench.Events.Select(e => e.ToString()));
        Check.False(_bench.Window.IsDown(Key.A) || _bench.Window.IsDown(Key.B) || _bench.Window.IsDown(MouseButton.Left) || _bench.Window.IsFocused);

        _bench.Driver.Button(1, false);
        _bench.Driver.Flush();
        _bench.Settle();
        Check.Equal(0, _bench.Of(WindowEventKind.Key).Count(e => !e.IsSynthetic), "the real releases went elsewhere");
        Check.Equal(0, _bench.Of(WindowEventKind.MouseButton).Count(e => !e.IsSynthetic), "it is released already");

        _bench.Driver.Focus(_bench.Window.X11Window);
        _bench.NextMillisecond();
        _bench.Driver.Key(ACode, true);
        _bench.Driver.Key(ACode, false);
        _bench.Driver.Flush();
        Pump.Until(_bench.Loop, () => _bench.Of(WindowEventKind.Key).Count(e => !e.IsSynthetic) >= 2);
        Check.Sequence([KeyAction.Press, KeyAction.Release], _bench.Of(WindowEventKind.Key).Where(e => !e.IsSynthetic).Select(e => e.Action));
    }

    [Case]
    public void Key_ThatGlfwDoesNotKnow_HasItsScanCode_AndIsReleasedOnce()
    {
        const int Code = 97; // of a Japanese keyboard: GLFW has no name for it
        _bench.Driver.Key(Code, true);
        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.Key);
        Check.Equal((Key.Unknown, Code, KeyAction.Press), (_bench.Events[0].Key, _bench.Events[0].ScanCode, _bench.Events[0].Action));
        _bench.Driver.FocusNothing();
        _bench.Driver.Key(Code, false);
        _bench.Driver.Flush();
        _bench.Await(WindowEventKind.FocusChanged);
        Check.Sequence([KeyAction.Press, KeyAction.Release], _bench.Of(WindowEventKind.Key).Select(e => e.Action));
    }
}
