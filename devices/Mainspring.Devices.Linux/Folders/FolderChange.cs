namespace Mainspring.Devices.Linux;

/// <summary>A step of <see cref="FolderChanges"/>.</summary>
internal readonly record struct FolderChange(FolderChangeKind Kind, string Path);

/// <summary>What has changed.</summary>
internal enum FolderChangeKind
{
    Nothing,
    Added,
    Changed,
    Removed,
    Lost,   // the kernel's queue overflowed: all nodes follow as removed, and those that are there as added
}
