namespace Mainspring.Devices.Glfw;

/// <summary>A request that the X server has refused.</summary>
internal struct XErrorEvent // XErrorEvent
{
    public int Type;          // type
    public nint Display;      // display
    public nuint ResourceId;  // resourceid
    public nuint Serial;      // serial
    public byte ErrorCode;    // error_code
    public byte RequestCode;  // request_code
    public byte MinorCode;    // minor_code
}
