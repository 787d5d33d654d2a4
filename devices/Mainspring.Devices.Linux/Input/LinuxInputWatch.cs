using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>
/// The input devices of this machine as they come and go: one inotify descriptor on /dev/input in the loop's one wait. It emits <see cref="InputDeviceAdded"/> for those that are there
/// already first, then for each that comes, as soon as this program may open it; and <see cref="InputDeviceRemoved"/>. It opens none. Loop's thread only.
/// </summary>
/// <remarks>When the kernel's queue of changes overflows, <see cref="EventsLost"/> says so, and all devices are emitted as removed and those that are there as added again.</remarks>
[DebuggerDisplay("{Name}, {Devices.Count} devices")]
public sealed class LinuxInputWatch : IPollableSource
{
    private readonly InputNodes _nodes;
    private readonly Func<string, string?> _refusal;
    private readonly FolderChanges _changes;
    private readonly Action<SourceContext, FolderChange> _take;
    private readonly Dictionary<string, InputDeviceInfo> _devices = [];

    /// <summary>A watch that begins when it is added to a loop.</summary>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxInputWatch()
        : this(InputNodes.System, InputNodes.Refusal)
    {
    }

    internal LinuxInputWatch(InputNodes nodes, Func<string, string?> refusal)
    {
        LinuxOnly.Check("input devices", nameof(LinuxInputWatch), LinuxOnly.InputInstead);

        (_nodes, _refusal) = (nodes, refusal);
        _changes = new FolderChanges(nodes.Folder, InputNodes.Prefix);
        _take = Take;
        Name = $"watch:{nodes.Folder}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The devices that were added and not removed.</summary>
    public IReadOnlyCollection<InputDeviceInfo> Devices => _devices.Values;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The watch is not attached.</exception>
    public SafeHandle Handle => _changes.Handle ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    /// <inheritdoc/>
    /// <exception cref="IOException">The system gives no further inotify instance or watch; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The watch is attached already.</exception>
    public void Attach(SourceContext context) => _changes.Attach(context, Name);

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents) => _changes.Dispatch(maxEvents, _take);

    /// <inheritdoc/>
    public void Detach()
    {
        _changes.Detach();
        _devices.Clear();
    }

    private void Take(SourceContext context, FolderChange change)
    {
        switch (change.Kind)
        {
            case FolderChangeKind.Added or FolderChangeKind.Changed when !_devices.ContainsKey(change.Path) && _refusal(change.Path) is null:
                InputDeviceInfo added = _nodes.Describe(change.Path, _nodes.StablePath(change.Path), null);
                _devices.Add(change.Path, added);
                context.Emit(new InputDeviceAdded(added));
                break;
            case FolderChangeKind.Removed when _devices.Remove(change.Path, out InputDeviceInfo? removed):
                context.Emit(new InputDeviceRemoved(removed));
                break;
            case FolderChangeKind.Lost:
                context.Lost(1); // how many nobody knows
                break;
        }
    }
}
