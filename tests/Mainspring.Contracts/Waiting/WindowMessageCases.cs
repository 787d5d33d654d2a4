using System.Runtime.Versioning;

namespace Mainspring.Contracts;

/// <summary>The messages of a window that the loop's thread has made, in its one wait.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowMessageCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New();

    /// <summary>Skips elsewhere.</summary>
    public WindowMessageCases() => Sys.NeedsWindows();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    /// <summary>And nothing wakes it before.</summary>
    [Case]
    public void A_message_for_a_window_wakes_the_loop()
    {
        using var window = new PlainWindow("contract", isShown: false);
        var told = new List<nuint>();
        SourceHandle source = _loop.Add(window).On((in WindowMessage message, in EventInfo _) =>
        {
            if (message.Number == PlainWindow.KeyDown)
            {
                told.Add(message.First);
                _loop.Stop();
            }
        });
        Pump.Ticks(_loop, 3);
        for (nuint i = 0; i < 20; i++)
        {
            long ticks = _loop.Counters.Ticks;
            using var isWaiting = new ManualResetEventSlim();
            Worker poster = Worker.Start(() =>
            {
                isWaiting.Wait("the loop");
                window.Post(PlainWindow.KeyDown, i);
            });
            _loop.CallSoon(isWaiting.Set);
            _loop.Run(new RunOptions { For = Patience.Long });
            poster.Join();
            Check.Equal((int)i + 1, told.Count);
            Check.Equal(i, told[^1]);
            Check.True(_loop.Counters.Ticks - ticks <= 4, $"{_loop.Counters.Ticks - ticks} turns for one message");
        }

        source.Remove();
    }
}
