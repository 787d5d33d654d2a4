using System.Buffers.Binary;

namespace Mainspring.Pi;

/// <summary>A sensor in the rules' eyes.</summary>
internal sealed class MachineSensor(SensorConfig config, IMachineDevices devices, MainLoop loop, MachineLog log, Action changed)
{
    private readonly byte[] _bytes = new byte[config.Type is SensorType.U8 or SensorType.I8 ? 1 : 2];
    private bool _isReading;
    private string? _failure;

    public SensorConfig Config => config;

    /// <summary>The last reading, scaled; null when there was none, or the last one failed.</summary>
    public double? Value { get; private set; }

    public long Readings { get; private set; }

    public long Failures { get; private set; }

    public void Start() => loop.CallEvery(config.Every, static sensor => sensor.Read(), this, config.Name);

    /// <summary>What the bytes of a register mean.</summary>
    public static double NumberOf(SensorType type, ReadOnlySpan<byte> bytes) => type switch
    {
        SensorType.U8 => bytes[0],
        SensorType.I8 => (sbyte)bytes[0],
        SensorType.U16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        SensorType.I16BigEndian => BinaryPrimitives.ReadInt16BigEndian(bytes),
        SensorType.U16LittleEndian => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt16LittleEndian(bytes),
    };

    // A reading that takes longer than the period is waited for.
    private void Read()
    {
        if (!_isReading)
        {
            _isReading = true;
            ReadAsync().Forget();
        }
    }

    private async LoopTask ReadAsync()
    {
        try
        {
            await devices.ReadAsync(config, _bytes);
            Value = NumberOf(config.Type, _bytes) * config.Scale + config.Offset;
            Readings++;
            if (_failure is not null)
            {
                _failure = null;
                log.Event("connected", $"sensor {config.Name}", "answers again");
            }
        }
        catch (IOException exception)
        {
            Value = null;
            Failures++;
            if (exception.Message != _failure)
            {
                _failure = exception.Message;
                log.Problem($"sensor {config.Name}", exception.Message);
            }
        }
        finally
        {
            _isReading = false;
        }

        changed();
    }
}
