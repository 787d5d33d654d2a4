using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The source for Linux with a pipe in the place of the kernel's node, and a state in memory: for machines that have no input devices.</summary>
internal sealed class PipeInputRig : InputRig
{
    private readonly LinuxInputDevice _device;
    private readonly PipeScript _script;

    public PipeInputRig(InputLayout layout, InputOptions? options = null)
    {
        Sys.NeedsLinux();
        _script = new PipeScript(layout);
        _device = new LinuxInputDevice("/dev/input/pipe", options ?? new InputOptions(), (path, _) => _script.Open(path));
    }

    public override IInputDevice Device => _device;

    public override InputScript Script => _script;

    public override void Lose() => _script.Lose();

    public override void Break() => _script.Unplug();

    public override void Restore() => _script.IsUnplugged = false;

    public override void Dispose() => _device.Detach();

    private sealed class PipeScript(InputLayout layout) : InputScript
    {
        private readonly SimulatedInputState _state = new(layout, "/dev/input/pipe");
        private SafeFileHandle? _read;
        private SafeFileHandle? _write;

        public bool IsUnplugged { get; set; }

        public PipeNode Open(string path)
        {
            if (IsUnplugged)
            {
                throw InputErrors.Opening(path, Errno.NoEntry);
            }

            _write?.Dispose();
            (_read, _write) = Sys.Pipe();
            return new PipeNode(_state, _read, this);
        }

        public override InputScript Write(ushort type, ushort code, int value)
        {
            if (_state.Take(type, code, value))
            {
                Pass(type, code, value);
            }

            return this;
        }

        // As the kernel does: what was not read is gone, and the newest comes after the word for it.
        public void Lose()
        {
            while (Sys.Read(_read!, 4096) > 0)
            {
            }

            Pass(InputEventType.Synchronization, InputEventType.Dropped, 0);
            Pass(InputEventType.Key, (ushort)InputKeyCode.Reserved, 0);
            Pass(InputEventType.Synchronization, InputEventType.Report, 0);
        }

        public void Unplug()
        {
            IsUnplugged = true;
            _state.Release();
            _write?.Dispose();
            _write = null;
        }

        private unsafe void Pass(ushort type, ushort code, int value)
        {
            if (_write is { } write)
            {
                long microseconds = System.Diagnostics.Stopwatch.GetTimestamp() / 1000;
                var e = new InputEvent { Seconds = microseconds / 1_000_000, Microseconds = microseconds % 1_000_000, Type = type, Code = code, Value = value };
                int written = Descriptor.Write(write, new ReadOnlySpan<byte>(&e, sizeof(InputEvent)), out Errno error);
                Check.True(written == sizeof(InputEvent) || error == Errno.None, "the pipe takes it");
            }
        }
    }

    private sealed class PipeNode(SimulatedInputState state, SafeFileHandle file, PipeScript script) : IEvdevNode
    {
        public SafeFileHandle File => file;

        public InputDeviceInfo Info => state.Info;

        public void ReadKeys(InputBits keys) => state.ReadKeys(keys);

        public void ReadSwitches(InputBits switches) => state.ReadSwitches(switches);

        public void ReadLeds(InputBits leds) => state.ReadLeds(leds);

        public int ReadAxis(int code, out InputAxisInfo info) => state.ReadAxis(code, out info);

        public void ReadTouches(int code, Span<int> values) => state.ReadTouches(code, values);

        public bool TrySetLed(int led, bool isLit)
        {
            if (!state.Info.Capabilities.LedBits[led])
            {
                return false;
            }

            script.Write(InputEventType.Led, (ushort)led, isLit ? 1 : 0).Report();
            return true;
        }
    }
}
