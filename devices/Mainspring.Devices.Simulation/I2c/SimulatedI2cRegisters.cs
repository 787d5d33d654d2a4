namespace Mainspring.Devices.Simulation;

/// <summary>A device with registers: a write begins with a register's number, and what follows, or is read, goes on from there, around the end.</summary>
public sealed class SimulatedI2cRegisters : SimulatedI2cDevice
{
    private readonly byte[] _bytes;
    private readonly int _numberBytes;
    private readonly int _valueBytes;
    private int _at; // in bytes

    /// <summary>Makes a device whose registers are all 0.</summary>
    /// <param name="count">How many registers.</param>
    /// <param name="numberBytes">The bytes of a register's number: 1, or 2 with the most significant one first.</param>
    /// <param name="valueBytes">The bytes of a register: 1, or 2 with the most significant one first.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not so.</exception>
    public SimulatedI2cRegisters(int count = 256, int numberBytes = 1, int valueBytes = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, numberBytes == 1 ? 256 : 65536);
        ArgumentOutOfRangeException.ThrowIfNotEqual(numberBytes is 1 or 2, true, nameof(numberBytes));
        ArgumentOutOfRangeException.ThrowIfNotEqual(valueBytes is 1 or 2, true, nameof(valueBytes));
        (_numberBytes, _valueBytes, _bytes) = (numberBytes, valueBytes, new byte[count * valueBytes]);
    }

    /// <summary>A register was written by a transfer: its number.</summary>
    public event Action<int>? Written;

    /// <summary>Whether the number counts on after each byte. Otherwise the same register is meant again and again.</summary>
    public bool AutoIncrement { get; set; } = true;

    /// <summary>A register.</summary>
    /// <param name="register">Its number.</param>
    public int this[int register]
    {
        get => _valueBytes == 1 ? _bytes[register] : (_bytes[register * 2] << 8) | _bytes[(register * 2) + 1];
        set
        {
            if (_valueBytes == 2)
            {
                _bytes[register * 2] = (byte)(value >> 8);
            }

            _bytes[(register * _valueBytes) + _valueBytes - 1] = (byte)value;
        }
    }

    /// <inheritdoc/>
    protected internal override void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < _numberBytes)
        {
            return; // half a number means nothing
        }

        int register = _numberBytes == 1 ? bytes[0] : (bytes[0] << 8) | bytes[1];
        _at = register * _valueBytes % _bytes.Length;
        foreach (byte value in bytes[_numberBytes..])
        {
            _bytes[_at] = value;
            int written = _at / _valueBytes;
            if (Step())
            {
                Written?.Invoke(written);
            }
        }
    }

    /// <inheritdoc/>
    protected internal override void Read(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            value = _bytes[_at];
            Step();
        }
    }

    // True at the end of a register.
    private bool Step()
    {
        int next = _at + 1;
        bool isEnd = next % _valueBytes == 0;
        _at = (isEnd && !AutoIncrement ? next - _valueBytes : next) % _bytes.Length;
        return isEnd;
    }
}
