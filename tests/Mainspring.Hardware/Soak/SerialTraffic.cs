using System.Text.Json;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Soak;

/// <summary>Bytes both ways between ttyS1 and ttyS2; each is a function of its number, so that a lost or a wrong one shows.</summary>
internal sealed class SerialTraffic : Traffic
{
    private readonly Way _there, _back;

    public SerialTraffic(MainLoop loop)
        : base(loop)
    {
        var options = new SerialOptions { BaudRate = 115_200 };
        LinuxSerialPort one = new("/dev/ttyS1", options), other = new("/dev/ttyS2", options);
        _there = new Way(one);
        _back = new Way(other);
        loop.Add(other).On<SerialData>(_there.Receive);
        loop.Add(one).On<SerialData>(_back.Receive);
    }

    public override string Name => "serial";

    protected override bool IsAtRest => _there.IsComplete && _back.IsComplete;

    public override void Report(Utf8JsonWriter report)
    {
        report.WriteNumber("sent", _there.Sent + _back.Sent);
        report.WriteNumber("received", _there.Received + _back.Received);
        foreach (Way way in new[] { _there, _back })
        {
            if (!way.IsComplete || way.Wrong > 0)
            {
                Problems.Add($"of {way.Sent} bytes {way.Received} arrived, {way.Wrong} of them wrong");
            }
        }
    }

    public override void Dispose()
    {
    }

    protected override async LoopTask RunAsync()
    {
        while (!IsPausing)
        {
            _there.Send();
            _back.Send();
            await Loop.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class Way(LinuxSerialPort from)
    {
        private readonly byte[] _block = new byte[100];

        public long Sent { get; private set; }

        public long Received { get; private set; }

        public long Wrong { get; private set; }

        public bool IsComplete => Received == Sent;

        public void Send()
        {
            for (int i = 0; i < _block.Length; i++)
            {
                _block[i] = At(Sent + i);
            }

            if (from.TryWrite(_block))
            {
                Sent += _block.Length;
            }
        }

        public void Receive(in SerialData data, in EventInfo info)
        {
            foreach (byte value in data.Bytes)
            {
                Wrong += value == At(Received++) ? 0 : 1;
            }
        }

        // 251 is a prime: no power of two in the way hides a slip.
        private static byte At(long index) => (byte)(index % 251);
    }
}
