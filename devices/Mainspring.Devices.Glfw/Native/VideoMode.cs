namespace Mainspring.Devices.Glfw;

/// <summary>A mode of a monitor.</summary>
internal struct VideoMode // GLFWvidmode
{
    public int Width;       // width
    public int Height;      // height
    public int RedBits;     // redBits
    public int GreenBits;   // greenBits
    public int BlueBits;    // blueBits
    public int RefreshRate; // refreshRate
}
