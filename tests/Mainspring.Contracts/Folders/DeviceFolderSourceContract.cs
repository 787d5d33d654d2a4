using System.Runtime.InteropServices;
using System.Text;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a watched folder.</summary>
public sealed class DeviceFolderSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new FolderRig();
}

/// <summary>A watched folder in the hands of the contract: every change of permissions is an event.</summary>
internal sealed unsafe partial class FolderRig : SourceRig
{
    private readonly string _folder;
    private readonly byte[][] _nodes; // two, in turn: the kernel merges equal changes that follow each other
    private int _next;

    public FolderRig()
    {
        Sys.NeedsLinux();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _nodes = [.. from name in (string[])["a", "b"] select Encoding.UTF8.GetBytes(Path.Combine(_folder, name) + '\0')];
        File.Create(Path.Combine(_folder, "a")).Dispose();
        File.Create(Path.Combine(_folder, "b")).Dispose();
        Source = new DeviceFolderWatch(_folder);
    }

    public override IEventSource Source { get; }

    public override bool CanBreak => false;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            fixed (byte* path = _nodes[_next++ & 1])
            {
                Check.Equal(0, ChangeMode(path, 0x180)); // rw-------
            }
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in DeviceNodeChanged _, in EventInfo info) => onEvent(info));

    public override void Dispose()
    {
        Source.Detach();
        Directory.Delete(_folder, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "chmod")]
    private static partial int ChangeMode(byte* path, uint mode);
}
