using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>The few functions of OpenGL that the cases draw with.</summary>
internal sealed unsafe class SmallGL(WindowSource window)
{
    private const uint ColorBuffer = 0x4000, Rgba = 0x1908, UnsignedByte = 0x1401;

    private readonly delegate* unmanaged<float, float, float, float, void> _clearColor = (delegate* unmanaged<float, float, float, float, void>)window.GetProcAddress("glClearColor");
    private readonly delegate* unmanaged<uint, void> _clear = (delegate* unmanaged<uint, void>)window.GetProcAddress("glClear");
    private readonly delegate* unmanaged<int, int, int, int, uint, uint, void*, void> _readPixels = (delegate* unmanaged<int, int, int, int, uint, uint, void*, void>)window.GetProcAddress("glReadPixels");
    private readonly delegate* unmanaged<int, int, int, int, void> _viewport = (delegate* unmanaged<int, int, int, int, void>)window.GetProcAddress("glViewport");

    public void Clear(float red, float green, float blue, float alpha)
    {
        _clearColor(red, green, blue, alpha);
        _clear(ColorBuffer);
    }

    public void Viewport(int width, int height) => _viewport(0, 0, width, height);

    public (byte Red, byte Green, byte Blue) Read(int x, int y)
    {
        byte* pixel = stackalloc byte[4];
        _readPixels(x, y, 1, 1, Rgba, UnsignedByte, pixel);
        return (pixel[0], pixel[1], pixel[2]);
    }
}
