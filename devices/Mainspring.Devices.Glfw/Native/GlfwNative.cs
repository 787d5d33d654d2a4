using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>The functions of GLFW 3.3 that are used here, as in GLFW/glfw3.h. <see cref="GlfwLibrary"/> says when they may be called.</summary>
internal static unsafe partial class GlfwNative
{
    public const int Focused = 0x00020001;              // GLFW_FOCUSED
    public const int Iconified = 0x00020002;            // GLFW_ICONIFIED
    public const int Resizable = 0x00020003;            // GLFW_RESIZABLE
    public const int Visible = 0x00020004;              // GLFW_VISIBLE
    public const int Decorated = 0x00020005;            // GLFW_DECORATED
    public const int Floating = 0x00020007;             // GLFW_FLOATING
    public const int Maximized = 0x00020008;            // GLFW_MAXIMIZED
    public const int Transparent = 0x0002000A;          // GLFW_TRANSPARENT_FRAMEBUFFER
    public const int FocusOnShow = 0x0002000C;          // GLFW_FOCUS_ON_SHOW
    public const int DepthBits = 0x00021005;            // GLFW_DEPTH_BITS
    public const int StencilBits = 0x00021006;          // GLFW_STENCIL_BITS
    public const int Samples = 0x0002100D;              // GLFW_SAMPLES
    public const int RefreshRate = 0x0002100F;          // GLFW_REFRESH_RATE
    public const int ClientApi = 0x00022001;            // GLFW_CLIENT_API
    public const int VersionMajor = 0x00022002;         // GLFW_CONTEXT_VERSION_MAJOR
    public const int VersionMinor = 0x00022003;         // GLFW_CONTEXT_VERSION_MINOR
    public const int ForwardCompatible = 0x00022006;    // GLFW_OPENGL_FORWARD_COMPAT
    public const int DebugContext = 0x00022007;         // GLFW_OPENGL_DEBUG_CONTEXT
    public const int Profile = 0x00022008;              // GLFW_OPENGL_PROFILE
    public const int Cursor = 0x00033001;               // GLFW_CURSOR
    public const int LockKeyModifiers = 0x00033004;     // GLFW_LOCK_KEY_MODS
    public const int RawMotion = 0x00033005;            // GLFW_RAW_MOUSE_MOTION
    public const int Connected = 0x00040001;            // GLFW_CONNECTED
    public const int PlatformX11 = 0x00060004;          // GLFW_PLATFORM_X11 of 3.4

    /// <summary>What stands for the library until <see cref="GlfwLibrary"/> has found its file.</summary>
    public const string Library = "glfw";

    [LibraryImport(Library, EntryPoint = "glfwInit")]
    public static partial int Init();

    [LibraryImport(Library, EntryPoint = "glfwTerminate")]
    public static partial void Terminate();

    [LibraryImport(Library, EntryPoint = "glfwGetVersion")]
    public static partial void GetVersion(int* major, int* minor, int* revision);

    [LibraryImport(Library, EntryPoint = "glfwGetError")]
    public static partial int GetError(byte** description);

    [LibraryImport(Library, EntryPoint = "glfwGetPlatform")] // of 3.4
    public static partial int GetPlatform();

    [LibraryImport(Library, EntryPoint = "glfwGetX11Display")]
    public static partial nint GetX11Display();

    [LibraryImport(Library, EntryPoint = "glfwGetX11Window")]
    public static partial nuint GetX11Window(nint window);

    [LibraryImport(Library, EntryPoint = "glfwPollEvents")]
    public static partial void PollEvents();

    [LibraryImport(Library, EntryPoint = "glfwDefaultWindowHints")]
    public static partial void DefaultWindowHints();

    [LibraryImport(Library, EntryPoint = "glfwWindowHint")]
    public static partial void WindowHint(int hint, int value);

    [LibraryImport(Library, EntryPoint = "glfwCreateWindow", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CreateWindow(int width, int height, string title, nint monitor, nint share);

    [LibraryImport(Library, EntryPoint = "glfwDestroyWindow")]
    public static partial void DestroyWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowUserPointer")]
    public static partial void SetWindowUserPointer(nint window, nint pointer);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowUserPointer")]
    public static partial nint GetWindowUserPointer(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowTitle", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetWindowTitle(nint window, string title);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowIcon")]
    public static partial void SetWindowIcon(nint window, int count, WindowImage* images);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowPos")]
    public static partial void GetWindowPos(nint window, int* x, int* y);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowPos")]
    public static partial void SetWindowPos(nint window, int x, int y);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowSize")]
    public static partial void GetWindowSize(nint window, int* width, int* height);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowSize")]
    public static partial void SetWindowSize(nint window, int width, int height);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowSizeLimits")]
    public static partial void SetWindowSizeLimits(nint window, int leastWidth, int leastHeight, int mostWidth, int mostHeight);

    [LibraryImport(Library, EntryPoint = "glfwGetFramebufferSize")]
    public static partial void GetFramebufferSize(nint window, int* width, int* height);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowContentScale")]
    public static partial void GetWindowContentScale(nint window, float* x, float* y);

    [LibraryImport(Library, EntryPoint = "glfwIconifyWindow")]
    public static partial void IconifyWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwRestoreWindow")]
    public static partial void RestoreWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwMaximizeWindow")]
    public static partial void MaximizeWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwShowWindow")]
    public static partial void ShowWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwHideWindow")]
    public static partial void HideWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwFocusWindow")]
    public static partial void FocusWindow(nint window);

    [LibraryImport(Library, EntryPoint = "glfwRequestWindowAttention")]
    public static partial void RequestAttention(nint window);

    [LibraryImport(Library, EntryPoint = "glfwGetWindowAttrib")]
    public static partial int GetWindowAttribute(nint window, int attribute);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowMonitor")]
    public static partial void SetWindowMonitor(nint window, nint monitor, int x, int y, int width, int height, int refreshRate);

    [LibraryImport(Library, EntryPoint = "glfwSetInputMode")]
    public static partial void SetInputMode(nint window, int mode, int value);

    [LibraryImport(Library, EntryPoint = "glfwRawMouseMotionSupported")]
    public static partial int IsRawMotionSupported();

    [LibraryImport(Library, EntryPoint = "glfwGetKey")]
    public static partial int GetKey(nint window, int key);

    [LibraryImport(Library, EntryPoint = "glfwGetMouseButton")]
    public static partial int GetMouseButton(nint window, int button);

    [LibraryImport(Library, EntryPoint = "glfwGetKeyName")]
    public static partial byte* GetKeyName(int key, int scanCode);

    [LibraryImport(Library, EntryPoint = "glfwGetCursorPos")]
    public static partial void GetCursorPos(nint window, double* x, double* y);

    [LibraryImport(Library, EntryPoint = "glfwSetCursorPos")]
    public static partial void SetCursorPos(nint window, double x, double y);

    [LibraryImport(Library, EntryPoint = "glfwGetClipboardString")]
    public static partial byte* GetClipboard(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSetClipboardString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetClipboard(nint window, string text);

    [LibraryImport(Library, EntryPoint = "glfwMakeContextCurrent")]
    public static partial void MakeContextCurrent(nint window);

    [LibraryImport(Library, EntryPoint = "glfwGetCurrentContext")]
    public static partial nint GetCurrentContext();

    [LibraryImport(Library, EntryPoint = "glfwSwapBuffers")]
    public static partial void SwapBuffers(nint window);

    [LibraryImport(Library, EntryPoint = "glfwSwapInterval")]
    public static partial void SwapInterval(int interval);

    [LibraryImport(Library, EntryPoint = "glfwGetProcAddress", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetProcAddress(string name);

    [LibraryImport(Library, EntryPoint = "glfwGetMonitors")]
    public static partial nint* GetMonitors(int* count);

    [LibraryImport(Library, EntryPoint = "glfwGetMonitorPos")]
    public static partial void GetMonitorPos(nint monitor, int* x, int* y);

    [LibraryImport(Library, EntryPoint = "glfwGetMonitorName")]
    public static partial byte* GetMonitorName(nint monitor);

    [LibraryImport(Library, EntryPoint = "glfwGetVideoMode")]
    public static partial VideoMode* GetVideoMode(nint monitor);

    [LibraryImport(Library, EntryPoint = "glfwSetMonitorCallback")]
    public static partial nint SetMonitorCallback(delegate* unmanaged[Cdecl]<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetJoystickCallback")]
    public static partial nint SetJoystickCallback(delegate* unmanaged[Cdecl]<int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwJoystickIsGamepad")]
    public static partial int IsGamepad(int joystick);

    [LibraryImport(Library, EntryPoint = "glfwGetGamepadName")]
    public static partial byte* GetGamepadName(int joystick);

    [LibraryImport(Library, EntryPoint = "glfwGetGamepadState")]
    public static partial int GetGamepadState(int joystick, GamepadState* state);

    [LibraryImport(Library, EntryPoint = "glfwUpdateGamepadMappings", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UpdateGamepadMappings(string mappings);

    [LibraryImport(Library, EntryPoint = "glfwSetKeyCallback")]
    public static partial nint SetKeyCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCharCallback")]
    public static partial nint SetCharCallback(nint window, delegate* unmanaged[Cdecl]<nint, uint, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetMouseButtonCallback")]
    public static partial nint SetMouseButtonCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCursorPosCallback")]
    public static partial nint SetCursorPosCallback(nint window, delegate* unmanaged[Cdecl]<nint, double, double, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetCursorEnterCallback")]
    public static partial nint SetCursorEnterCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetScrollCallback")]
    public static partial nint SetScrollCallback(nint window, delegate* unmanaged[Cdecl]<nint, double, double, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetDropCallback")]
    public static partial nint SetDropCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, byte**, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowPosCallback")]
    public static partial nint SetWindowPosCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowSizeCallback")]
    public static partial nint SetWindowSizeCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetFramebufferSizeCallback")]
    public static partial nint SetFramebufferSizeCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowContentScaleCallback")]
    public static partial nint SetContentScaleCallback(nint window, delegate* unmanaged[Cdecl]<nint, float, float, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowCloseCallback")]
    public static partial nint SetCloseCallback(nint window, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowRefreshCallback")]
    public static partial nint SetRefreshCallback(nint window, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowFocusCallback")]
    public static partial nint SetFocusCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowIconifyCallback")]
    public static partial nint SetIconifyCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "glfwSetWindowMaximizeCallback")]
    public static partial nint SetMaximizeCallback(nint window, delegate* unmanaged[Cdecl]<nint, int, void> callback);
}
