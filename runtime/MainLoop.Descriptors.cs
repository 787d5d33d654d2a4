using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring;

// Readers and writers: callbacks for descriptors that have no source of their own.
public sealed partial class MainLoop
{
    private readonly Dictionary<int, DescriptorWatch> _watches = [];

    /// <summary>
    /// Calls back whenever a descriptor has something to read, until <see cref="RemoveReader(SafeHandle)"/>: in every turn, as long as something is left. It is also called when the other end is
    /// gone, or the descriptor has an error; read(2) says which. A second reader of the same descriptor takes the place of the first; a writer has its own place. The descriptor has to be one that
    /// waits (a pipe, a socket, a terminal), and is best non-blocking. Loop's thread only.
    /// </summary>
    /// <param name="descriptor">The descriptor, by handle: it stays open as long as it is watched, also when the handle is disposed meanwhile.</param>
    /// <param name="callback">The callback; what it throws is reported, and it stays.</param>
    /// <exception cref="IOException">The system refuses to watch it: it is a regular file, or not open; the message says which.</exception>
    /// <exception cref="InvalidOperationException">The loop runs on a virtual clock without <see cref="VirtualClock.AutojumpThreshold"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed, or the handle.</exception>
    public void AddReader(SafeHandle descriptor, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(descriptor, new PlainDescriptorCallback(callback), null);
    }

    /// <inheritdoc cref="AddReader(SafeHandle, Action)"/>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="state">What the callback is given.</param>
    public void AddReader<TState>(SafeHandle descriptor, Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(descriptor, new StatefulDescriptorCallback<TState>(callback, state), null);
    }

    /// <summary>As <see cref="AddReader(SafeHandle, Action)"/>, by number. Who closes the descriptor removes its reader first: the loop cannot know of it, and the number may soon mean another file.</summary>
    /// <inheritdoc cref="AddReader(SafeHandle, Action)"/>
    /// <param name="descriptor">The descriptor's number.</param>
    public void AddReader(int descriptor, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(Borrowed(descriptor), new PlainDescriptorCallback(callback), null);
    }

    /// <inheritdoc cref="AddReader(int, Action)"/>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="state">What the callback is given.</param>
    public void AddReader<TState>(int descriptor, Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(Borrowed(descriptor), new StatefulDescriptorCallback<TState>(callback, state), null);
    }

    /// <summary>
    /// Calls back whenever a descriptor takes something to write, until <see cref="RemoveWriter(SafeHandle)"/>: most do nearly always, so a writer is added when write(2) has said EAGAIN, and removed
    /// when all is written. Otherwise as <see cref="AddReader(SafeHandle, Action)"/>.
    /// </summary>
    /// <inheritdoc cref="AddReader(SafeHandle, Action)"/>
    public void AddWriter(SafeHandle descriptor, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(descriptor, null, new PlainDescriptorCallback(callback));
    }

    /// <inheritdoc cref="AddWriter(SafeHandle, Action)"/>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="state">What the callback is given.</param>
    public void AddWriter<TState>(SafeHandle descriptor, Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(descriptor, null, new StatefulDescriptorCallback<TState>(callback, state));
    }

    /// <summary>As <see cref="AddWriter(SafeHandle, Action)"/>, by number. Who closes the descriptor removes its writer first.</summary>
    /// <inheritdoc cref="AddReader(int, Action)"/>
    public void AddWriter(int descriptor, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(Borrowed(descriptor), null, new PlainDescriptorCallback(callback));
    }

    /// <inheritdoc cref="AddWriter(int, Action)"/>
    /// <typeparam name="TState">The state's type.</typeparam>
    /// <param name="state">What the callback is given.</param>
    public void AddWriter<TState>(int descriptor, Action<TState> callback, TState state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Watch(Borrowed(descriptor), null, new StatefulDescriptorCallback<TState>(callback, state));
    }

    /// <summary>Undoes <c>AddReader</c>, also within the callback. The descriptor stays open.</summary>
    /// <param name="descriptor">The descriptor; its handle may have been disposed since.</param>
    /// <returns>Whether it had a reader.</returns>
    public bool RemoveReader(SafeHandle descriptor) => RemoveReader(NumberOf(descriptor));

    /// <inheritdoc cref="RemoveReader(SafeHandle)"/>
    public bool RemoveReader(int descriptor)
    {
        CheckAccess(evenDisposed: true);
        if (!_watches.TryGetValue(descriptor, out DescriptorWatch? watch) || watch.Reader is null)
        {
            return false;
        }

        watch.Reader = null;
        Shrink(watch);
        return true;
    }

    /// <summary>Undoes <c>AddWriter</c>, also within the callback. The descriptor stays open.</summary>
    /// <param name="descriptor">The descriptor; its handle may have been disposed since.</param>
    /// <returns>Whether it had a writer.</returns>
    public bool RemoveWriter(SafeHandle descriptor) => RemoveWriter(NumberOf(descriptor));

    /// <inheritdoc cref="RemoveWriter(SafeHandle)"/>
    public bool RemoveWriter(int descriptor)
    {
        CheckAccess(evenDisposed: true);
        if (!_watches.TryGetValue(descriptor, out DescriptorWatch? watch) || watch.Writer is null)
        {
            return false;
        }

        watch.Writer = null;
        Shrink(watch);
        return true;
    }

    /// <summary>The watch has left the loop.</summary>
    internal void Forget(DescriptorWatch watch)
    {
        if (_watches.GetValueOrDefault(watch.Number) == watch)
        {
            _watches.Remove(watch.Number);
        }
    }

    private static SafeFileHandle Borrowed(int descriptor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(descriptor);
        return new SafeFileHandle(descriptor, ownsHandle: false);
    }

    private static int NumberOf(SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return (int)descriptor.DangerousGetHandle();
    }

    private void Watch(SafeHandle descriptor, DescriptorCallback? reader, DescriptorCallback? writer, [CallerMemberName] string call = "")
    {
        int number = NumberOf(descriptor);
        CheckAccess(call);
        ObjectDisposedException.ThrowIf(descriptor.IsClosed && !_watches.ContainsKey(number), descriptor);
        if (_watches.TryGetValue(number, out DescriptorWatch? known))
        {
            (DescriptorCallback? oldReader, DescriptorCallback? oldWriter) = (known.Reader, known.Writer);
            known.Reader = reader ?? oldReader;
            known.Writer = writer ?? oldWriter;
            try
            {
                known.UpdateInterest();
                return;
            }
            catch (IOException)
            {
                known.Source!.Remove(); // its file was closed, and the number means another one: this is a new watch, or refused below
            }
        }

        var watch = new DescriptorWatch(descriptor, number) { Reader = reader, Writer = writer };
        watch.AddTo(this);
        _watches.Add(number, watch);
    }

    private static void Shrink(DescriptorWatch watch)
    {
        if (watch.Interest == PollEvents.None)
        {
            watch.Source!.Remove();
            return;
        }

        try
        {
            watch.UpdateInterest();
        }
        catch (IOException)
        {
            watch.Source!.Remove(); // it was closed: nothing will come of it
        }
    }
}
