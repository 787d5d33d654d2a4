namespace Mainspring.Devices;

/// <summary>The transfers of a bus that are free. Any thread, since loops may share a bus. One that failed does not come back: a thread may still be at it.</summary>
internal sealed class I2cTransferPool
{
    private const int Most = 64;

    private readonly Stack<I2cTransfer> _free = new(Most);

    public I2cTransfer Take(I2cDevice device)
    {
        lock (_free)
        {
            if (!_free.TryPop(out I2cTransfer? transfer))
            {
                transfer = new I2cTransfer();
            }

            transfer.Begin(device);
            return transfer;
        }
    }

    public void GiveBack(I2cTransfer transfer)
    {
        lock (_free)
        {
            if (_free.Count < Most)
            {
                _free.Push(transfer);
            }
        }
    }
}
