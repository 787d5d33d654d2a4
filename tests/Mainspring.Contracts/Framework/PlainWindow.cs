using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Windows;

namespace Mainspring.Contracts;

/// <summary>A message came.</summary>
internal readonly record struct WindowMessage(uint Number, nuint First, nint Second);

/// <summary>A window of user32, made by hand, whose messages are the events. Without being shown it is one for messages only, which needs no display.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class PlainWindow : IPollableSource, IDisposable
{
    public const uint KeyDown = 0x0100; // WM_KEYDOWN

    private const uint Overlapped = 0x10CF0000; // WS_OVERLAPPEDWINDOW | WS_VISIBLE
    private const nint MessagesOnly = -3;       // HWND_MESSAGE

    private readonly nint _window;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private SourceContext? _context;

    /// <summary>Makes it, for this thread.</summary>
    public PlainWindow(string title, bool isShown)
    {
        Sys.NeedsWindows();
        fixed (char* name = "mainspring-contracts")
        fixed (char* text = title)
        {
            nint procedure = NativeLibrary.GetExport(NativeLibrary.Load("user32"), "DefWindowProcW");
            User32.WindowClass kind = new() { Size = (uint)sizeof(User32.WindowClass), Procedure = (delegate* unmanaged[Stdcall]<nint, uint, nuint, nint, nint>)procedure, Name = name };
            _ = User32.RegisterClass(&kind); // once is enough
            _window = User32.CreateWindow(0, name, text, isShown ? Overlapped : 0, 100, 100, 320, 240, isShown ? 0 : MessagesOnly, 0, 0, 0);
        }

        if (_window == 0)
        {
            throw new SkipException($"needs a display for its window: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public string Name => "window:contract";

    public SafeHandle Handle { get; } = new MessageQueue();

    public PollEvents Interest => PollEvents.Readable;

    /// <summary>Any thread.</summary>
    public void Post(uint message, nuint first) => Check.True(User32.PostMessage(_window, message, first, 0));

    public void Attach(SourceContext context) => _context = context;

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        Check.Equal(_thread, Environment.CurrentManagedThreadId);
        int count = 0;
        User32.Message message;
        while (count < maxEvents && _context is { } context && TakeMessage(&message, 0, 0, 0, 1))
        {
            _ = User32.DispatchMessage(&message);
            context.Emit(new WindowMessage(message.Number, message.First, message.Second));
            count++;
        }

        return count;
    }

    public void Detach() => _context = null;

    public void Dispose() => Destroy(_window);

    [LibraryImport("user32", EntryPoint = "DestroyWindow")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Destroy(nint window);

    [LibraryImport("user32", EntryPoint = "PeekMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TakeMessage(User32.Message* message, nint window, uint least, uint most, uint removes);
}
