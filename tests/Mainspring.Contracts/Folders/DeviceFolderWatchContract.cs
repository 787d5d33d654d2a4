using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>What a watched folder says of its nodes. Files stand for the nodes: the kernel tells of both alike.</summary>
public sealed class DeviceFolderWatchContract : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mainspring-").FullName;
    private readonly MainLoop _loop = Loops.New();
    private readonly List<string> _trace = [];

    public DeviceFolderWatchContract() => Sys.NeedsLinux();

    private string Folder => Path.Combine(_root, "serial", "by-id");

    public void Dispose()
    {
        _loop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Case]
    public void NodesThatAreThere_ComeFirst_AndOnce()
    {
        Directory.CreateDirectory(Folder);
        Make("one");
        Watch();
        Make("two");
        Pump.Until(_loop, () => _trace.Count >= 2);
        Make("three");
        Expect("+one", "+two", "+three");
    }

    [Case]
    public void Node_MadeChangedMovedRemoved_IsFollowed()
    {
        Directory.CreateDirectory(Folder);
        Watch();
        Make("node");
        Expect("+node");
        ChangePermissions("node");
        Expect("*node");
        File.Move(In("node"), In("other"));
        Expect("-node", "+other");
        File.Delete(In("other"));
        Expect("-other");
        Check.Equal(0, _watch!.Nodes.Count);
    }

    [Case]
    public void LinkThatIsRenamedIntoPlace_AsUdevDoes_IsOneNode()
    {
        Directory.CreateDirectory(Folder);
        Watch();
        File.CreateSymbolicLink(In(".#usb-device"), "../../ttyUSB0");
        File.Move(In(".#usb-device"), In("usb-device"));
        Expect("+usb-device");
        File.CreateSymbolicLink(In(".#usb-device"), "../../ttyUSB1");
        File.Move(In(".#usb-device"), In("usb-device"), overwrite: true);
        Expect("*usb-device");
    }

    [Case]
    public void Prefix_LeavesOthersOut_AndFoldersAreNoNodes()
    {
        Directory.CreateDirectory(Folder);
        Make("mouse0");
        Make("event0");
        Watch("event");
        Directory.CreateDirectory(In("event-folder"));
        Make("mouse1");
        Make("event1");
        Expect("+event0", "+event1");
    }

    [Case]
    public void FolderThatIsNotThereYet_IsTakenUpWhenItIsMade()
    {
        Watch();
        Pump.Ticks(_loop, 3);
        Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
        Pump.Ticks(_loop, 3);
        Directory.CreateDirectory(Folder);
        Make("early");
        Expect("+early");
        Make("late");
        Expect("+late");
    }

    [Case]
    public void FolderThatGoesAndReturns_IsFollowed_TwentyTimes()
    {
        Watch();
        for (int i = 0; i < 20; i++)
        {
            Directory.CreateDirectory(Folder);
            Make("node");
            Expect("+node");
            if (i % 2 == 0)
            {
                Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
            }
            else
            {
                Directory.Move(Folder, Path.Combine(_root, $"away{i}"));
            }

            Expect("-node");
        }
    }

    [Case]
    public void FolderMadeAndRemovedInARush_IsFoundAsItIsInTheEnd()
    {
        Watch();
        for (int i = 0; i < 200; i++)
        {
            Directory.CreateDirectory(Folder);
            Make("node");
            if (i % 3 == 0)
            {
                _loop.Tick();
            }

            Directory.Delete(i % 2 == 0 ? Folder : Path.GetDirectoryName(Folder)!, recursive: true);
            if (i % 5 == 0)
            {
                _loop.Tick();
            }
        }

        Directory.CreateDirectory(Folder);
        Make("last");
        Pump.Until(_loop, () => _watch!.Nodes.Count == 1 && _trace is [.., "+last"]);
        Check.Equal(_trace.Count(static line => line == "+node"), _trace.Count(static line => line == "-node"), "what came has gone");
        Check.Sequence([In("last")], _watch!.Nodes);
    }

    [Case]
    public void Overflow_IsSaid_AndEveryNodeLookedAtAgain()
    {
        Directory.CreateDirectory(Folder);
        Make("kept");
        Make("removed");
        SourceHandle source = Watch();
        Pump.Until(_loop, () => _trace.Count == 2);
        long lost = 0;
        source.On((in EventsLost e, in EventInfo _) => lost += e.Count);
        int most = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        if (most > 100_000)
        {
            throw new SkipException($"the kernel's queue holds {most} events here");
        }

        for (int i = 0; i <= most; i += 2)
        {
            Make("other");
            File.Delete(In("other"));
        }

        File.Delete(In("removed"));
        Make("added");
        Pump.Until(_loop, () => lost > 0);
        Make("end");
        Pump.Until(_loop, () => _trace is [.., "+end"]);
        Check.Equal(1L, lost);
        Check.Equal(1L, source.Counters.Lost);
        foreach (string node in (string[])["kept", "removed", "added", "end", "other"])
        {
            int now = _trace.Sum(line => line == $"+{node}" ? 1 : line == $"-{node}" ? -1 : 0);
            Check.Equal(File.Exists(In(node)) ? 1 : 0, now, node);
        }
    }

    [Case]
    public void Silent_CostsNoDispatch()
    {
        Directory.CreateDirectory(Folder);
        Make("node");
        SourceHandle source = Watch();
        Expect("+node");
        Pump.Ticks(_loop, 3);
        long before = source.Counters.Dispatches;
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(30) });
        Check.Equal(before, source.Counters.Dispatches);
    }

    [Case]
    public void Reopen_TriesASourceAtOnce_WhenItsNodeReturns_OrMayBeOpened()
    {
        Directory.CreateDirectory(Folder);
        Watch();
        var pipe = new PipeSource { IsBroken = true };
        SourceHandle source = _loop.Add(pipe, new RetryPolicy { RetryFirstAttach = true, InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) });
        _watch!.Reopen(source, In("node"));
        Make("node"); // it has no permissions yet
        Pump.Until(_loop, () => source.Counters.Errors == 2);
        pipe.IsBroken = false;
        Make("other");
        Expect("+node", "+other");
        Check.Equal(SourceState.WaitingToRetry, source.State);
        ChangePermissions("node");
        Pump.Until(_loop, () => source.State == SourceState.Attached);
        pipe.HangUp();
        Pump.Until(_loop, () => source.State == SourceState.WaitingToRetry);
        File.Delete(In("node"));
        Make("node");
        Pump.Until(_loop, () => source.State == SourceState.Attached);
        source.Remove();
        File.Delete(In("node"));
        Make("node");
        Pump.Until(_loop, () => _trace.Count(static line => line == "+node") == 2);
        Check.Equal(SourceState.Removed, source.State);
    }

    [Case]
    public void Reopen_RefusesWhatIsNotWatched()
    {
        Watch("usb");
        SourceHandle source = _loop.Add(new QueueSource());
        Check.Contains("watch the folder that it is in", Check.Throws<ArgumentException>(() => _watch!.Reopen(source, "/dev/ttyUSB0")).Message);
        Check.Throws<ArgumentException>(() => _watch!.Reopen(source, In("other")));
    }

    [Case]
    public void Attaches_AHundred_LeaveNoDescriptor()
    {
        Directory.CreateDirectory(Folder);
        Make("node");
        Watch().Remove();
        int before = Descriptors();
        for (int i = 0; i < 100; i++)
        {
            SourceHandle source = _loop.Add(_watch!);
            _loop.Tick();
            source.Remove();
        }

        Check.Equal(before, Descriptors());
    }

    private DeviceFolderWatch? _watch;

    // Those of inotify: other cases may run at the same time.
    private static int Descriptors()
    {
        int thread = Sys.ThreadId();
        return Directory.GetFiles($"/proc/self/task/{thread}/fd").Count(static path => IsInotify(path));
    }

    private static bool IsInotify(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, false)?.Name.Contains("inotify", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    }

    private string In(string name) => Path.Combine(Folder, name);

    private void Make(string name) => File.Create(In(name)).Dispose();

    private void ChangePermissions(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(In(name), UnixFileMode.UserRead);
        }
    }

    private SourceHandle Watch(string prefix = "")
    {
        _watch = new DeviceFolderWatch(Folder, prefix);
        return _loop.Add(_watch)
            .On((in DeviceNodeAdded e, in EventInfo _) => Note('+', e.Path))
            .On((in DeviceNodeChanged e, in EventInfo _) => Note('*', e.Path))
            .On((in DeviceNodeRemoved e, in EventInfo _) => Note('-', e.Path));
    }

    private void Note(char what, string path)
    {
        Check.Equal(Folder, Path.GetDirectoryName(path));
        _trace.Add(what + Path.GetFileName(path));
    }

    // All that has come, in any order of those that were there already, and no more.
    private void Expect(params string[] changes)
    {
        Pump.Until(_loop, () => _trace.Count >= changes.Length);
        Pump.Ticks(_loop, 3);
        Check.Sequence(changes.Order(StringComparer.Ordinal), _trace.Order(StringComparer.Ordinal));
        if (_trace.Count(static line => line[0] == '+') == 1)
        {
            Check.Sequence(changes, _trace);
        }

        _trace.Clear();
    }
}
