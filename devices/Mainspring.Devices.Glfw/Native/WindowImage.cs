namespace Mainspring.Devices.Glfw;

/// <summary>A picture of 8-bit red, green, blue and alpha, row by row from the top.</summary>
internal unsafe struct WindowImage // GLFWimage
{
    public int Width;    // width
    public int Height;   // height
    public byte* Pixels; // pixels
}
