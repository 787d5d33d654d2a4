using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>Which input devices there are, as /dev/input and /sys/class/input say it; folders stand for both.</summary>
public sealed class InputNodesContract : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mainspring-").FullName;
    private readonly HashSet<string> _closed = [];

    public InputNodesContract()
    {
        Sys.NeedsLinux();
        Directory.CreateDirectory(Devices);
    }

    private string Devices => Path.Combine(_root, "dev");

    private InputNodes Nodes => new(Devices, Path.Combine(_root, "class"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Case]
    public void List_IsByNumber_WithIdentityAndStablePath()
    {
        Add(10, "Keyboard", 0x3, "120013", "402000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe");
        Add(2, "Gamepad", 0x5, "20000b", "7fdb000000000000 0 0 0 0", abs: "3003f");
        Add(3, "Touchpad", 0x11, "b", "e520 10000 0 0 0 0", abs: "660800011000003", properties: "5");
        Link("by-path", "pci-0-event-kbd", 10);
        Link("by-id", "usb-Maker_Keyboard-event-kbd", 10);
        Link("by-path", "platform-i8042-event-mouse", 3);
        File.Create(Path.Combine(Devices, "mouse0")).Dispose();
        IReadOnlyList<InputDeviceInfo> list = Nodes.List();
        Check.Sequence(["Gamepad", "Touchpad", "Keyboard"], list.Select(static device => device.Name));
        Check.Sequence([InputKinds.Gamepad, InputKinds.Touchpad, InputKinds.Keys | InputKinds.Keyboard], list.Select(static device => device.Kinds));
        Check.Equal((InputBus.Bluetooth, (ushort)0x45e, (ushort)0x2ea, (ushort)0x301), (list[0].Bus, list[0].Vendor, list[0].Product, list[0].Version));
        Check.Equal(Path.Combine(Devices, "by-id", "usb-Maker_Keyboard-event-kbd"), list[2].StablePath, "its identity counts more than its place");
        Check.Equal(Path.Combine(Devices, "by-path", "platform-i8042-event-mouse"), list[1].StablePath);
        Check.Equal(null, list[0].StablePath);
        Check.Equal(("serial 1", "usb-1/input0"), (list[0].Unique, list[0].Physical));
        Check.True(list.All(static device => device.Problem is null));
    }

    [Case]
    public void MachineWithoutInputDevices_HasAnEmptyList() => Check.Equal(0, new InputNodes("/nowhere", "/nowhere").List().Count);

    [Case]
    public void Node_ThatIsNotKnownToSys_IsNamedByItsPath()
    {
        File.Create(Path.Combine(Devices, "event5")).Dispose();
        InputDeviceInfo device = Nodes.List().Single();
        Check.Equal(("", InputKinds.None), (device.Name, device.Kinds));
        Check.Contains("event5: (no name)", device.ToString());
    }

    [Case]
    public void LinksThatComeAndGo_WhileTheyAreLookedAt_AreNoError()
    {
        Add(1, "Keyboard", 3, "0", "0");
        Link("by-id", "usb-Keyboard-event-kbd", 1);
        bool isOver = false;
        var udev = new Thread(() =>
        {
            for (int i = 0; !Volatile.Read(ref isOver); i++)
            {
                string link = Path.Combine(Devices, "by-id", $"usb-Other{i % 8}-event-kbd");
                File.CreateSymbolicLink(link, "../event2");
                File.Delete(link);
            }
        });
        udev.Start();
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                Check.Equal(Path.Combine(Devices, "by-id", "usb-Keyboard-event-kbd"), Nodes.StablePath(Node(1)));
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            udev.Join();
        }
    }

    [Case]
    public void Problem_SaysWhatToDo()
    {
        Check.Contains("group 'input'", InputErrors.Refusal(Errno.Access));
        Check.Contains("there is no such device", InputNodes.Refusal("/dev/input/event-none"));
        Check.Equal(null, InputNodes.Refusal("/dev/null"));
    }

    [Case]
    public void Errors_SpeakToThePerson()
    {
        (Errno Error, string Part)[] messages =
        [
            (Errno.Access, "add the user to the group 'input'"), (Errno.NoEntry, "no such device"), (Errno.NoDevice, "no device behind"), (Errno.IsDirectory, "is not an event device"), (Errno.TooManyOpen, "ulimit -n"),
        ];
        foreach ((Errno error, string part) in messages)
        {
            IOException exception = InputErrors.Opening("/dev/input/event0", error);
            Check.True(exception.Message.StartsWith("/dev/input/event0: ", StringComparison.Ordinal));
            Check.Contains(part, exception.Message);
        }

        Check.Contains("fuser -v /dev/input/event0", InputErrors.Grabbed("/dev/input/event0").Message);
        foreach ((string path, string part) in (ReadOnlySpan<(string, string)>)[("/dev/null", "is not an event device"), ("/dev", "is not an event device"), ("/dev/input/event-none", "no such device")])
        {
            using MainLoop loop = Loops.New();
            Check.Contains($"{path}: {part}", Check.Throws<IOException>(() => loop.Add(new LinuxInputDevice(path))).Message.Replace(": there is", ":", StringComparison.Ordinal));
            Check.Equal(0, loop.Counters.Sources);
        }
    }

    [Case]
    public void Watch_AddsWhatIsThere_AndWhatComes_WhenItMayBeOpened()
    {
        Add(0, "First", 3, "0", "0");
        Add(1, "Closed", 3, "0", "0");
        _closed.Add(Node(1));
        using MainLoop loop = Loops.New();
        var watch = new LinuxInputWatch(Nodes, path => _closed.Contains(path) ? "permission denied" : null);
        var trace = new List<string>();
        SourceHandle source = loop.Add(watch)
            .On((in InputDeviceAdded e, in EventInfo _) => trace.Add($"+{e.Device.Name}"))
            .On((in InputDeviceRemoved e, in EventInfo _) => trace.Add($"-{e.Device.Name}"));
        Expect("+First");
        _closed.Add(Node(2));
        Add(2, "Second", 3, "0", "0");
        Pump.Ticks(loop, 5);
        Expect();
        _closed.Clear();
        Permit(2);
        Permit(1);
        Permit(1);
        Expect("+Second", "+Closed");
        File.Delete(Node(0));
        Expect("-First");
        Check.Sequence([Node(1), Node(2)], watch.Devices.Select(static device => device.Path).Order(StringComparer.Ordinal));
        long before = source.Counters.Dispatches;
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.Equal(before, source.Counters.Dispatches, "silent");

        void Expect(params string[] changes)
        {
            Pump.Until(loop, () => trace.Count >= changes.Length);
            Pump.Ticks(loop, 3);
            Check.Sequence(changes, trace);
            trace.Clear();
        }
    }

    [Case]
    public void AxisInfo_NormalisesWithoutStepsAndBounds()
    {
        var stick = new InputAxisInfo(0, 255, 0, 15);
        Check.Equal((-1.0, 0.0, 0.0, 1.0), (stick.Deflection(0), stick.Deflection(127), stick.Deflection(142), stick.Deflection(255)));
        Check.True(stick.Deflection(143) is > 0 and < 0.01, "no step at the end of the flat part");
        Check.Equal((1.0, -1.0), (stick.Deflection(1000), stick.Deflection(-1000)));
        Check.Equal((0.0, 0.2, 1.0, 1.0), (stick.Fraction(-5), stick.Fraction(51), stick.Fraction(255), stick.Fraction(300)));
        var widest = new InputAxisInfo(int.MinValue, int.MaxValue);
        Check.Equal((-1.0, 1.0, 0.0, 1.0), (widest.Deflection(int.MinValue), widest.Deflection(int.MaxValue), widest.Fraction(int.MinValue), widest.Fraction(int.MaxValue)));
        Check.Equal((0.0, 0.0), (default(InputAxisInfo).Fraction(5), default(InputAxisInfo).Deflection(5)));
    }

    private string Node(int number) => Path.Combine(Devices, $"event{number}");

    private void Add(int number, string name, int bus, string events, string keys, string abs = "0", string properties = "0")
    {
        string folder = Path.Combine(_root, "class", $"event{number}", "device");
        foreach ((string file, string text) in (ReadOnlySpan<(string, string)>)[
            ("name", name), ("uniq", $"serial {bus % 2}"), ("phys", "usb-1/input0"), ("id/bustype", $"{bus:x4}"), ("id/vendor", "045e"), ("id/product", "02ea"), ("id/version", "0301"),
            ("capabilities/ev", events), ("capabilities/key", keys), ("capabilities/abs", abs), ("capabilities/rel", "0"), ("capabilities/sw", "0"), ("capabilities/led", "7"), ("properties", properties)])
        {
            string path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text + "\n");
        }

        File.Create(Node(number)).Dispose();
    }

    private void Link(string folder, string name, int number)
    {
        Directory.CreateDirectory(Path.Combine(Devices, folder));
        File.CreateSymbolicLink(Path.Combine(Devices, folder, name), $"../event{number}");
    }

    private void Permit(int number)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Node(number), UnixFileMode.UserRead);
        }
    }
}
