namespace Mainspring.Devices.Linux;

/// <summary>The ioctls of i2c-dev (kernel: Documentation/i2c/dev-interface.rst; tests/headers checks the numbers and layouts).</summary>
internal static class I2cAbi
{
    public const nuint SetRetries = 0x0701;         // I2C_RETRIES
    public const nuint SetTimeout = 0x0702;         // I2C_TIMEOUT
    public const nuint SetAddress = 0x0703;         // I2C_SLAVE
    public const nuint SetTenBit = 0x0704;          // I2C_TENBIT
    public const nuint GetFunctions = 0x0705;       // I2C_FUNCS
    public const nuint ForceAddress = 0x0706;       // I2C_SLAVE_FORCE
    public const nuint Transfer = 0x0707;           // I2C_RDWR
    public const nuint SetPec = 0x0708;             // I2C_PEC
    public const nuint SmbusTransfer = 0x0720;      // I2C_SMBUS

    public const ushort ReadMessage = 0x0001;       // I2C_M_RD
    public const ushort TenBitMessage = 0x0010;     // I2C_M_TEN
    public const int MostMessages = 42;             // I2C_RDWR_IOCTL_MAX_MSGS

    public const byte Write = 0;                    // I2C_SMBUS_WRITE
    public const byte Read = 1;                     // I2C_SMBUS_READ
    public const uint Quick = 0;                    // I2C_SMBUS_QUICK
    public const uint Byte = 1;                     // I2C_SMBUS_BYTE
    public const uint ByteData = 2;                 // I2C_SMBUS_BYTE_DATA
    public const uint WordData = 3;                 // I2C_SMBUS_WORD_DATA
    public const uint ProcessCall = 4;              // I2C_SMBUS_PROC_CALL
    public const uint BlockData = 5;                // I2C_SMBUS_BLOCK_DATA
    public const uint I2cBlockData = 8;             // I2C_SMBUS_I2C_BLOCK_DATA
    public const int LongestBlock = 32;             // I2C_SMBUS_BLOCK_MAX
    public const int DataSize = 34;                 // sizeof(union i2c_smbus_data)

    // What I2cFunctions says.
    public const uint FunctionI2c = 0x1;            // I2C_FUNC_I2C
    public const uint FunctionTenBit = 0x2;         // I2C_FUNC_10BIT_ADDR
    public const uint FunctionPec = 0x8;            // I2C_FUNC_SMBUS_PEC
    public const uint FunctionBlockProcessCall = 0x8000; // I2C_FUNC_SMBUS_BLOCK_PROC_CALL
    public const uint FunctionQuick = 0x10000;      // I2C_FUNC_SMBUS_QUICK
    public const uint FunctionReadByte = 0x20000;   // I2C_FUNC_SMBUS_READ_BYTE
    public const uint FunctionWriteByte = 0x40000;  // I2C_FUNC_SMBUS_WRITE_BYTE
    public const uint FunctionReadByteData = 0x80000; // I2C_FUNC_SMBUS_READ_BYTE_DATA
    public const uint FunctionWriteByteData = 0x100000; // I2C_FUNC_SMBUS_WRITE_BYTE_DATA
    public const uint FunctionReadWordData = 0x200000; // I2C_FUNC_SMBUS_READ_WORD_DATA
    public const uint FunctionWriteWordData = 0x400000; // I2C_FUNC_SMBUS_WRITE_WORD_DATA
    public const uint FunctionProcessCall = 0x800000; // I2C_FUNC_SMBUS_PROC_CALL
    public const uint FunctionReadBlockData = 0x1000000; // I2C_FUNC_SMBUS_READ_BLOCK_DATA
    public const uint FunctionWriteBlockData = 0x2000000; // I2C_FUNC_SMBUS_WRITE_BLOCK_DATA
    public const uint FunctionReadI2cBlock = 0x4000000; // I2C_FUNC_SMBUS_READ_I2C_BLOCK
    public const uint FunctionWriteI2cBlock = 0x8000000; // I2C_FUNC_SMBUS_WRITE_I2C_BLOCK

    internal struct Message // struct i2c_msg
    {
        public ushort Address;  // addr
        public ushort Flags;    // flags
        public ushort Length;   // len
        public nint Bytes;      // buf
    }

    internal struct Messages // struct i2c_rdwr_ioctl_data
    {
        public nint First;      // msgs
        public uint Count;      // nmsgs
    }

    internal struct SmbusCall // struct i2c_smbus_ioctl_data
    {
        public byte Direction;  // read_write
        public byte Command;    // command
        public uint Size;       // size
        public nint Data;       // data
    }
}
