namespace Mainspring.Devices;

/// <summary>What carries the transfers of a bus.</summary>
internal interface II2cTransport : II2cBus
{
    I2cTransferPool Pool { get; }

    /// <summary>Runs a transfer. The transfer belongs to whoever runs it until the task has ended without an exception.</summary>
    LoopTask<int> RunAsync(MainLoop loop, I2cTransfer transfer, CancellationToken cancellationToken);
}
