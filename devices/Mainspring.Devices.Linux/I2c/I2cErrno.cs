namespace Mainspring.Devices.Linux;

/// <summary>What the error numbers of a transfer mean (kernel: Documentation/i2c/fault-codes.rst).</summary>
internal static class I2cErrno
{
    public static readonly Errno NoDevice = new(19);            // ENODEV
    public static readonly Errno BadMessage = new(74);          // EBADMSG
    public static readonly Errno Protocol = new(71);            // EPROTO
    public static readonly Errno NotSupported = new(95);        // EOPNOTSUPP
    public static readonly Errno TimedOut = new(110);           // ETIMEDOUT
    public static readonly Errno RemoteInputOutput = new(121);  // EREMOTEIO

    public static I2cFault Fault(Errno error) => error switch
    {
        _ when error == Errno.NoAddress || error == RemoteInputOutput || error == NoDevice => I2cFault.NoAnswer, // by driver
        _ when error == TimedOut || error == Errno.Busy => I2cFault.TimedOut,
        _ when error == Errno.Again => I2cFault.LostArbitration,
        _ when error == BadMessage || error == Protocol => I2cFault.BadData,
        _ when error == NotSupported => I2cFault.Unsupported,
        _ => I2cFault.Other,
    };
}
