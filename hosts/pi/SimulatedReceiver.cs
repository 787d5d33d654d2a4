using System.Runtime.Versioning;
using Mainspring.Devices.Simulation;

namespace Mainspring.Pi;

/// <summary>A receiver on the far end of a pseudo-terminal: it sends a fix five times a second, on the loop that also reads it.</summary>
internal sealed class SimulatedReceiver : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(200);

    private readonly PseudoTerminal _terminal;
    private readonly SampleTrack _track = new();
    private readonly byte[] _buffer = new byte[SampleTrack.MaxBytes];
    private readonly MainLoop _loop;

    [SupportedOSPlatform("linux")]
    public SimulatedReceiver(MainLoop loop)
    {
        _loop = loop;
        _terminal = new PseudoTerminal();
        Path = _terminal.Path;
        loop.Add(_terminal, RetryPolicy.Never);
        loop.CallEvery(s_period, static receiver => receiver.Send(), this, "simulated receiver");
    }

    /// <summary>The device that it is on.</summary>
    public string Path { get; }

    public void Dispose() => ((IDisposable)_terminal).Dispose();

    [SupportedOSPlatform("linux")]
    private void Send()
    {
        int length = _track.Write(_loop.Now, _buffer);
        _terminal.TryWrite(_buffer.AsSpan(0, length)); // a line that nobody reads is full, as a real one would be overrun
    }
}
