using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>The type of window that the cases open: a process has one.</summary>
internal static class Backend
{
    public const string SilkArgument = "--silk";

    public static bool IsSilk { get; private set; }

    /// <summary>Takes the argument that chooses it, if it is there; the other arguments.</summary>
    public static string[] Choose(string[] arguments)
    {
        IsSilk = arguments.Contains(SilkArgument);
        return [.. arguments.Where(static argument => argument != SilkArgument)];
    }

    public static WindowSource Create(GlfwWindowOptions? options = null)
    {
#if HAS_SILK
        if (IsSilk)
        {
            return new Mainspring.Devices.Silk.SilkWindowSource(options);
        }
#endif
        return new GlfwWindow(options);
    }
}
