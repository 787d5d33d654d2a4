using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>
/// A handle that a <see cref="WindowsPoller"/> watches, by a duplicate of its own, so that closing the original is nobody's problem. It is in the poller's own wait, or, when that is full, with the system's
/// thread pool, which waits for any number of handles and tells once per arming.
/// </summary>
[SupportedOSPlatform("windows")]
[DebuggerDisplay("{Name}: {Interest}")]
internal sealed unsafe class WatchedHandle
{
    private const string Mutex = "Mutant";

    private Action<WatchedHandle>? _onSignalled;
    private GCHandle _self;
    private nint _poolWait;

    /// <summary>Takes a duplicate of a handle.</summary>
    /// <exception cref="IOException">It cannot be waited for.</exception>
    public WatchedHandle(long key, SafeHandle handle, string name)
    {
        (Key, Name) = (key, name);
        (Duplicate, string type) = DuplicateOf(handle, name);
        IsCounted = type == "Semaphore";
    }

    public long Key { get; }

    public string Name { get; }

    public nint Duplicate { get; }

    /// <summary>Whether each wait that finds it takes one from it, and the next one is to be reported as well.</summary>
    public bool IsCounted { get; }

    /// <summary>Whether somebody else has closed the duplicate, whose number may mean another handle by now.</summary>
    public bool IsLost { get; set; }

    public PollEvents Interest { get; set; }

    /// <summary>Its place among the handles of the poller's own wait; -1 while it is not there.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Whether somebody else than <see cref="WindowsPoller.Wait"/> has found it signalled, which may have reset it: the next wait reports it.</summary>
    public bool IsPending { get; set; }

    /// <summary>The number of the wait that reported it last.</summary>
    public long ReportedIn { get; set; }

    public bool IsPooled => _poolWait != 0;

    /// <summary>From now on it is the pool that waits for it, whenever it is told to.</summary>
    /// <param name="onSignalled">Called on a thread of the pool, once for each <see cref="Arm"/>.</param>
    /// <exception cref="IOException">The system refuses.</exception>
    public void UsePool(Action<WatchedHandle> onSignalled)
    {
        _onSignalled = onSignalled;
        _self = GCHandle.Alloc(this);
        _poolWait = Kernel32.CreatePoolWait(&OnSignalled, GCHandle.ToIntPtr(_self), 0);
        if (_poolWait == 0)
        {
            IOException refusal = WindowsErrors.Last($"{Name}: cannot be watched (CreateThreadpoolWait)");
            _self.Free();
            throw refusal;
        }
    }

    /// <summary>Has the pool wait for it, once.</summary>
    public void Arm() => Kernel32.SetPoolWait(_poolWait, Duplicate, null);

    /// <summary>Whether it is signalled; null when it cannot be waited for any more. An event that resets itself does so.</summary>
    public bool? Take() => Kernel32.WaitForSingleObject(Duplicate, 0) switch
    {
        0 => true,
        Kernel32.WaitFailed => null,
        _ => false,
    };

    /// <summary>No callback runs afterwards. The duplicate is the caller's to close.</summary>
    public void Release()
    {
        if (_poolWait != 0)
        {
            Kernel32.SetPoolWait(_poolWait, 0, null);
            Kernel32.WaitForPoolCallbacks(_poolWait, cancelsPending: 1);
            Kernel32.ClosePoolWait(_poolWait);
            _poolWait = 0;
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static void OnSignalled(nint instance, nint context, nint wait, uint result)
    {
        var watched = (WatchedHandle)GCHandle.FromIntPtr(context).Target!;
        watched._onSignalled!(watched);
    }

    private static (nint Duplicate, string Type) DuplicateOf(SafeHandle handle, string name)
    {
        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            nint number = handle.DangerousGetHandle();
            uint kind = Kernel32.FileType(number);
            if (kind is Kernel32.FileTypeDisk or Kernel32.FileTypePipe)
            {
                throw new IOException($"{name}: handle {number} is {(kind == Kernel32.FileTypeDisk ? "a file" : "a pipe or a socket")}, which does not say when there is something to read; give the event of an overlapped read, or of WSAEventSelect.");
            }

            string type = Ntdll.TypeOf(number);
            if (type == Mutex)
            {
                throw new IOException($"{name}: handle {number} is a mutex, which every wait that finds it would lock for the loop's thread, again and again; wait for it on another thread, and post to the loop.");
            }

            nint duplicate;
            if (!Kernel32.DuplicateHandle(Kernel32.CurrentProcess(), number, Kernel32.CurrentProcess(), &duplicate, Kernel32.Synchronize, 0, 0))
            {
                throw WindowsErrors.Last($"{name}: handle {number} cannot be waited for (DuplicateHandle)");
            }

            try
            {
                Try(duplicate, name, number, type);
            }
            catch
            {
                Kernel32.CloseHandle(duplicate);
                throw;
            }

            return (duplicate, type);
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }

    // A wait for it and for what is never signalled takes nothing, and fails where the one in the poller would.
    private static void Try(nint duplicate, string name, nint number, string type)
    {
        using SafeWaitHandle never = WindowsPoller.CreateEvent();
        nint* both = stackalloc nint[2];
        (both[0], both[1]) = (duplicate, never.DangerousGetHandle());
        if (Kernel32.WaitForMultipleObjects(2, both, waitsForAll: 1, 0, 0) == Kernel32.WaitFailed)
        {
            throw WindowsErrors.Last($"{name}: handle {number}{(type.Length > 0 ? $", a {type}," : "")} cannot be waited for (WaitForMultipleObjects)");
        }
    }
}
