namespace Mainspring.Game;

/// <summary>Which library opens the window.</summary>
internal enum WindowBackend
{
    /// <summary>The system's GLFW.</summary>
    Glfw,

    /// <summary>Silk.NET, where the program was built with it.</summary>
    Silk,
}
