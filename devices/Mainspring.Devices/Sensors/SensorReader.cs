namespace Mainspring.Devices;

/// <summary>What reads a sensor on another thread. One caller at a time, even when the loop has ended and another thread closes it.</summary>
internal abstract class SensorReader<T>
{
    private readonly Lock _gate = new();

    public T Read()
    {
        lock (_gate)
        {
            return ReadHere();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            CloseHere();
        }
    }

    protected abstract T ReadHere();

    protected abstract void CloseHere();
}

/// <summary>A sensor that the program has opened.</summary>
internal sealed class FunctionReader<T>(Func<T> read) : SensorReader<T>
{
    protected override T ReadHere() => read();

    protected override void CloseHere()
    {
    }
}

/// <summary>A sensor that is opened for its first read, and closed when it is gone or no longer wanted.</summary>
internal sealed class DeviceReader<TDevice, T>(Func<TDevice> open, Func<TDevice, T> read) : SensorReader<T>
    where TDevice : class, IDisposable
{
    private TDevice? _device;

    protected override T ReadHere() => read(_device ??= open());

    protected override void CloseHere()
    {
        TDevice? device = _device;
        _device = null;
        device?.Dispose();
    }
}
