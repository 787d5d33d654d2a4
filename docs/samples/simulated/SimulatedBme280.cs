using System.Buffers.Binary;
using System.Device.I2c;

namespace Mainspring.Samples;

/// <summary>
/// A BME280 (Bosch BST-BME280-DS001) as System.Device.I2c sees it: the registers of its memory map, with calibration values. A measurement is what <see cref="Set"/> has set last; it is copied into
/// the data registers when one is begun (forced mode), or by the next read (normal mode).
/// </summary>
internal sealed class SimulatedBme280 : I2cDevice
{
    private const int ChipId = 0xD0, Reset = 0xE0, ControlHumidity = 0xF2, ControlMeasure = 0xF4, Config = 0xF5, Data = 0xF7;

    private readonly Lock _gate = new();
    private readonly byte[] _registers = new byte[256];
    private readonly byte[] _measured = new byte[8];
    private int _pointer;

    /// <summary>A sensor at rest.</summary>
    public SimulatedBme280()
    {
        _registers[ChipId] = 0x60;

        // Temperature and pressure: the values of the data sheet's example.
        ReadOnlySpan<int> calibration = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
        for (int i = 0; i < calibration.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(_registers.AsSpan(0x88 + (2 * i)), (short)calibration[i]);
        }

        // Humidity: H1 = 75, H2 = 370, H3 = 0, H4 = 313, H5 = 50, H6 = 30; H4 and H5 share a byte.
        _registers[0xA1] = 75;
        BinaryPrimitives.WriteInt16LittleEndian(_registers.AsSpan(0xE1), 370);
        _registers[0xE3] = 0;
        (_registers[0xE4], _registers[0xE5], _registers[0xE6], _registers[0xE7]) = (313 >> 4, (313 & 0xF) | ((50 & 0xF) << 4), 50 >> 4, 30);
        Set(519888, 415148, 30000);
    }

    /// <summary>How many measurements were begun in forced mode.</summary>
    public int Measurements { get; private set; }

    /// <summary>Called for every transfer: it may throw, or wait.</summary>
    public Action? Transferring { get; set; }

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x76);

    /// <summary>What the next measurement gives, as the converter's raw values: 20 bits, 20 bits, 16 bits.</summary>
    public void Set(int temperature, int pressure, int humidity)
    {
        lock (_gate)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_measured.AsSpan(6), (ushort)humidity);
            Put(_measured.AsSpan(0, 3), pressure);
            Put(_measured.AsSpan(3, 3), temperature);
        }

        static void Put(Span<byte> bytes, int value) => (bytes[0], bytes[1], bytes[2]) = ((byte)(value >> 12), (byte)(value >> 4), (byte)(value << 4));
    }

    public override void Read(Span<byte> buffer)
    {
        Transferring?.Invoke();
        lock (_gate)
        {
            if ((_registers[ControlMeasure] & 3) == 3)
            {
                _measured.CopyTo(_registers, Data);
            }

            foreach (ref byte one in buffer)
            {
                one = _registers[_pointer++ & 0xFF];
            }
        }
    }

    // A register's number alone sets the pointer; with values behind, it is pairs of both.
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Transferring?.Invoke();
        lock (_gate)
        {
            _pointer = buffer[0];
            for (int i = 0; i + 1 < buffer.Length; i += 2)
            {
                Store(buffer[i], buffer[i + 1]);
            }
        }
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }

    private void Store(int register, byte value)
    {
        switch (register)
        {
            case Reset when value == 0xB6:
                (_registers[ControlHumidity], _registers[ControlMeasure], _registers[Config]) = (0, 0, 0);
                break;
            case ControlMeasure when (value & 3) is 1 or 2: // forced: one measurement, then sleep
                _measured.CopyTo(_registers, Data);
                _registers[register] = (byte)(value & ~3);
                Measurements++;
                break;
            case ControlHumidity or ControlMeasure or Config:
                _registers[register] = value;
                break;
        }
    }
}
