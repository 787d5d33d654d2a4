using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>
/// Tells that the user logs off or the system shuts down, by the messages of a window that nobody sees (WM_ENDSESSION), on a thread of its own. Windows has a control event for that, but tells it only to services and to
/// programs without user32, which the .NET runtime loads. Where no window can be made, as in a service, it tells nothing.
/// </summary>
/// <remarks>Loops use it for SIGTERM; it is for what has to be told where there is no loop.</remarks>
[SupportedOSPlatform("windows")]
public sealed unsafe class SessionEnd : IDisposable
{
    private const string WindowClass = "Mainspring.SessionEnd";

    [ThreadStatic]
    private static SessionEnd? s_here; // whose window this thread has

    private readonly Lock _lock = new();
    private readonly Action _onEnd;
    private nint _window;
    private bool _isDisposed;

    /// <summary>Listens from now on.</summary>
    /// <param name="onEnd">Called on a thread of its own. Windows ends the process as soon as it returns, and some seconds later when it does not.</param>
    public SessionEnd(Action onEnd)
    {
        ArgumentNullException.ThrowIfNull(onEnd);
        _onEnd = onEnd;
        new Thread(Pump, 256 * 1024) { IsBackground = true, Name = "session end" }.Start();
    }

    /// <summary>Its window; 0 while it has none.</summary>
    internal nint Window
    {
        get
        {
            lock (_lock)
            {
                return _window;
            }
        }
    }

    /// <summary>Stops listening. Any thread; idempotent.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            if (_window != 0)
            {
                _ = User32.PostMessage(_window, User32.Close, 0, 0);
            }
        }
    }

    private void Pump()
    {
        s_here = this;
        lock (_lock)
        {
            _window = _isDisposed ? 0 : CreateWindow();
            if (_window == 0)
            {
                return;
            }
        }

        User32.Message message;
        while (User32.GetMessage(&message, 0, 0, 0) > 0)
        {
            _ = User32.DispatchMessage(&message);
        }
    }

    private static nint CreateWindow()
    {
        fixed (char* name = WindowClass, title = AppDomain.CurrentDomain.FriendlyName) // Windows shows it where a program keeps the system waiting
        {
            User32.WindowClass kind = new() { Size = (uint)sizeof(User32.WindowClass), Procedure = &OnMessage, Name = name };
            _ = User32.RegisterClass(&kind); // once is enough
            return User32.CreateWindow(0, name, title, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static nint OnMessage(nint window, uint message, nuint first, nint second)
    {
        switch (message)
        {
            case User32.EndSession when first != 0:
                s_here?._onEnd();
                return 0;
            case User32.Destroy:
                if (s_here is { } here)
                {
                    lock (here._lock)
                    {
                        here._window = 0;
                    }
                }

                User32.PostQuit(0);
                return 0;
            default:
                return User32.DefaultProcedure(window, message, first, second); // which destroys it for WM_CLOSE, and lets a session end
        }
    }
}
