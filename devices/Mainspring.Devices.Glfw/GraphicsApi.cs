namespace Mainspring.Devices.Glfw;

/// <summary>What a window is drawn with.</summary>
public enum GraphicsApi
{
    /// <summary>OpenGL: the window has a context.</summary>
    OpenGL = 0x00030001, // GLFW_OPENGL_API

    /// <summary>OpenGL ES: the window has a context.</summary>
    OpenGLES = 0x00030002, // GLFW_OPENGL_ES_API

    /// <summary>None of GLFW's: the window has no context, for Vulkan, or for a program that draws in another way.</summary>
    None = 0, // GLFW_NO_API
}
