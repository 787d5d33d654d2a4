namespace Mainspring.Devices.Glfw;

/// <summary>Which OpenGL a context offers.</summary>
public enum OpenGLProfile
{
    /// <summary>What the system gives.</summary>
    Any = 0, // GLFW_OPENGL_ANY_PROFILE

    /// <summary>Without what was deprecated; from version 3.2 on.</summary>
    Core = 0x00032001, // GLFW_OPENGL_CORE_PROFILE

    /// <summary>With everything; from version 3.2 on.</summary>
    Compatibility = 0x00032002, // GLFW_OPENGL_COMPAT_PROFILE
}
