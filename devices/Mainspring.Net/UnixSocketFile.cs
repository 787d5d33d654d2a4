using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>The file of a Unix socket, as the one that it was when it was seen: another one of the same name is not removed.</summary>
internal sealed unsafe class UnixSocketFile
{
    private readonly string _path;
    private readonly NetAbi.FileStatus _status;

    private UnixSocketFile(string path, NetAbi.FileStatus status) => (_path, _status) = (path, status);

    /// <summary>The socket of this path; null when there is none, or something else.</summary>
    public static UnixSocketFile? At(string path)
    {
        NetAbi.FileStatus status = default;
        return NetAbi.Status(NetAbi.CurrentFolder, path, NetAbi.NoFollow, NetAbi.StatusBasic, &status) == 0 && (status.Mode & NetAbi.ModeMask) == NetAbi.ModeSocket
            ? new UnixSocketFile(Path.GetFullPath(path), status)
            : null;
    }

    /// <summary>Removes it, if it is still there.</summary>
    public void Remove()
    {
        if (At(_path) is { } now && now._status.Inode == _status.Inode && now._status.DeviceMajor == _status.DeviceMajor && now._status.DeviceMinor == _status.DeviceMinor)
        {
            File.Delete(_path);
        }
    }
}
