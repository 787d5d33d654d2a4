namespace Mainspring.Devices.Linux;

/// <summary>The ioctls of spidev (kernel: Documentation/spi/spidev.rst; tests/headers checks the numbers and layouts).</summary>
internal static class SpiAbi
{
    public const nuint GetMode = 0x80046B05;        // SPI_IOC_RD_MODE32
    public const nuint SetMode = 0x40046B05;        // SPI_IOC_WR_MODE32
    public const nuint GetBits = 0x80016B03;        // SPI_IOC_RD_BITS_PER_WORD
    public const nuint SetBits = 0x40016B03;        // SPI_IOC_WR_BITS_PER_WORD
    public const nuint GetSpeed = 0x80046B04;       // SPI_IOC_RD_MAX_SPEED_HZ
    public const nuint SetSpeed = 0x40046B04;       // SPI_IOC_WR_MAX_SPEED_HZ
    public const nuint NoMessage = 0x40006B00;      // SPI_IOC_MESSAGE(0)
    public const nuint OneMessage = 0x40206B00;     // SPI_IOC_MESSAGE(1)
    public const nuint MostMessages = 0x7FE06B00;   // SPI_IOC_MESSAGE(511)
    public const nuint MessageStep = 0x200000;      // SPI_IOC_MESSAGE(1) - SPI_IOC_MESSAGE(0)

    public const uint ModeMask = 0x3;               // SPI_MODE_X_MASK
    public const uint ChipSelectHigh = 0x4;         // SPI_CS_HIGH
    public const uint LsbFirst = 0x8;               // SPI_LSB_FIRST
    public const uint ThreeWire = 0x10;             // SPI_3WIRE
    public const uint LoopBack = 0x20;              // SPI_LOOP
    public const uint NoChipSelect = 0x40;          // SPI_NO_CS

    public const int TooLong = 90;                  // EMSGSIZE

    internal struct Transfer // struct spi_ioc_transfer
    {
        public ulong Written;           // tx_buf
        public ulong Read;              // rx_buf
        public uint Length;             // len
        public uint Speed;              // speed_hz
        public ushort Delay;            // delay_usecs
        public byte BitsPerWord;        // bits_per_word
        public byte ChipSelectChange;   // cs_change
        public byte WriteLines;         // tx_nbits
        public byte ReadLines;          // rx_nbits
        public byte WordDelay;          // word_delay_usecs
        public byte Padding;            // pad
    }
}
