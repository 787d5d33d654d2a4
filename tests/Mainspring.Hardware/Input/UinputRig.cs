using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Hardware.Input;

/// <summary>A device that the kernel makes, and the source that reads it by a link that stays the same.</summary>
internal sealed class UinputRig : InputRig
{
    private const int MoreThanAnyBuffer = 4000;

    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
    private readonly InputLayout _layout;
    private readonly LinuxInputDevice _device;
    private UserInputDevice _user;

    public UinputRig(InputLayout layout, InputOptions? options = null)
    {
        _layout = layout;
        _device = new LinuxInputDevice(Link, options);
        _user = Plug();
    }

    public override IInputDevice Device => _device;

    public override InputScript Script => _user;

    public UserInputDevice User => _user;

    public string Link => Path.Combine(_folder, "device");

    // A key that is pressed and released until the kernel's buffer has overflowed, and is up in the end.
    public override void Lose()
    {
        for (int i = 0; i < MoreThanAnyBuffer; i++)
        {
            _user.Press(InputKeyCode.F12).Report().Release(InputKeyCode.F12).Report();
        }
    }

    public override void Break()
    {
        File.Delete(Link);
        _user.Dispose();
    }

    public override void Restore() => _user = Plug();

    public override void Dispose()
    {
        _device.Detach();
        _user.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private UserInputDevice Plug()
    {
        var user = new UserInputDevice(_layout);
        File.CreateSymbolicLink(Link, user.Path);
        return user;
    }
}
