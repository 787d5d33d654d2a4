using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>
/// Starts programs with posix_spawn(3), which blocks until the program is loaded, or could not be. The child has its three standard streams and no other descriptor; nothing blocked, and the signals that .NET ignores do what they do by default.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class Spawner : IDisposable
{
    private const int ActionsSize = 512;    // of posix_spawn_file_actions_t, which has 80 bytes in glibc and in musl
    private const int AttributesSize = 1024; // of posix_spawnattr_t, which has 336
    private const int SignalsSize = 128;    // of sigset_t

    private static readonly byte[] s_null = "/dev/null\0"u8.ToArray();

    private readonly ProcessOptions _options;
    private readonly List<SafeHandle> _borrowed = [];           // held open until the child has them
    private readonly List<SafeFileHandle> _childEnds = [];      // closed when the child has them
    private readonly PosixPipe?[] _ourEnds = new PosixPipe?[3];
    private readonly byte* _actions = (byte*)NativeMemory.AllocZeroed(ActionsSize);
    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(AttributesSize);

    private Spawner(ProcessOptions options) => _options = options;

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    public static Spawned Start(ProcessOptions options)
    {
        string path = ProgramPath.Find(options);
        using var spawner = new Spawner(options);
        return spawner.Start(path);
    }

    public void Dispose()
    {
        _borrowed.ForEach(static handle => handle.DangerousRelease());
        _childEnds.ForEach(static end => end.Dispose());
        foreach (PosixPipe? end in _ourEnds)
        {
            end?.Dispose(); // it was not started
        }

        _ = Libc.DestroyActions(_actions);
        _ = Libc.DestroyAttributes(_attributes);
        NativeMemory.Free(_actions);
        NativeMemory.Free(_attributes);
    }

    private Spawned Start(string path)
    {
        Check(Libc.InitActions(_actions), "posix_spawn_file_actions_init");
        Check(Libc.InitAttributes(_attributes), "posix_spawnattr_init");
        Connect(0, _options.StandardInput);
        Connect(1, _options.StandardOutput);
        Connect(2, _options.StandardError);
        SetFolder();
        if (Libc.AddCloseFrom is not null)
        {
            Check(Libc.AddCloseFrom(_actions, 3), "posix_spawn_file_actions_addclosefrom_np"); // those without O_CLOEXEC, which are not .NET's
        }

        SetAttributes();
        using var arguments = new NativeStrings([_options.FileName, .. _options.Arguments], nameof(ProcessOptions.Arguments));
        using var environment = new NativeStrings(Environment(), nameof(ProcessOptions.Environment));
        using var program = new NativeStrings([path], nameof(ProcessOptions.FileName));
        int pid;
        int slack = Libc.ProcessControl(ProcessAbi.GetTimerSlack, 0, 0, 0, 0);
        _ = Libc.ProcessControl(ProcessAbi.SetTimerSlack, 0, 0, 0, 0); // the child would inherit the loop's: 0 is the thread's own
        int error = Libc.Spawn(&pid, program.Pointers[0], _actions, _attributes, arguments.Pointers, environment.Pointers);
        if (slack > 0)
        {
            _ = Libc.ProcessControl(ProcessAbi.SetTimerSlack, (nuint)slack, 0, 0, 0);
        }

        if (error != 0)
        {
            throw ProcessErrors.NotStarted(_options, path, error);
        }

        var spawned = new Spawned(pid, _ourEnds[0], _ourEnds[1], _ourEnds[2]);
        Array.Clear(_ourEnds);
        return spawned;
    }

    private void Connect(int number, Redirect redirect)
    {
        if (redirect == Redirect.Null)
        {
            fixed (byte* path = s_null)
            {
                Check(Libc.AddOpen(_actions, number, path, ProcessAbi.ReadWrite, 0), "posix_spawn_file_actions_addopen");
            }
        }
        else if (redirect == Redirect.Pipe)
        {
            Check(Libc.AddDuplicate(_actions, OpenPipe(number), number), "posix_spawn_file_actions_adddup2");
        }
        else if (redirect == Redirect.ToOutput)
        {
            if (number != 2)
            {
                throw new ArgumentException($"Redirect.ToOutput is for {nameof(ProcessOptions.StandardError)} only.", nameof(redirect));
            }

            Check(Libc.AddDuplicate(_actions, 1, 2), "posix_spawn_file_actions_adddup2");
        }
        else if (redirect.Target is { } target)
        {
            bool isHeld = false;
            target.DangerousAddRef(ref isHeld);
            _borrowed.Add(target);
            int from = (int)target.DangerousGetHandle();
            Check(Libc.AddDuplicate(_actions, from == number ? from : Above(from), number), "posix_spawn_file_actions_adddup2");
        }
    }

    // Gives the child's end.
    private int OpenPipe(int number)
    {
        int* ends = stackalloc int[2];
        if (Libc.Pipe(ends, ProcessAbi.CloseOnExec) != 0)
        {
            throw ProcessErrors.Refused(_options, "pipe2", Marshal.GetLastPInvokeError());
        }

        (int ours, int childs) = number == 0 ? (ends[1], ends[0]) : (ends[0], ends[1]);
        _ourEnds[number] = new PosixPipe(new SafeFileHandle(ours, ownsHandle: true));
        _childEnds.Add(new SafeFileHandle(childs, ownsHandle: true));

        // Ours alone: the child's end is another open file, and programs expect theirs to block.
        if (Libc.Control(ours, ProcessAbi.SetFlags, Libc.Control(ours, ProcessAbi.GetFlags, 0) | ProcessAbi.NonBlocking) != 0)
        {
            throw ProcessErrors.Refused(_options, "fcntl", Marshal.GetLastPInvokeError());
        }

        return Above(childs);
    }

    // One of the standard numbers is overwritten in the child, perhaps before it is copied.
    private int Above(int descriptor)
    {
        if (descriptor > 2)
        {
            return descriptor;
        }

        int copy = Libc.Control(descriptor, ProcessAbi.DuplicateAbove, 3);
        if (copy < 0)
        {
            throw ProcessErrors.NotStarted(_options, _options.FileName, Marshal.GetLastPInvokeError());
        }

        _childEnds.Add(new SafeFileHandle(copy, ownsHandle: true));
        return copy;
    }

    private void SetFolder()
    {
        if (_options.WorkingDirectory is not { } folder)
        {
            return;
        }

        if (Libc.AddChangeDirectory is null)
        {
            throw new PlatformNotSupportedException($"'{_options.FileName}' cannot be started in another folder: this C library has no posix_spawn_file_actions_addchdir_np (glibc 2.29). Leave {nameof(ProcessOptions.WorkingDirectory)} out, or start it by 'cd' in a shell.");
        }

        using var path = new NativeStrings([folder], nameof(ProcessOptions.WorkingDirectory));
        Check(Libc.AddChangeDirectory(_actions, path.Pointers[0]), "posix_spawn_file_actions_addchdir_np"); // which copies it
    }

    private void SetAttributes()
    {
        byte* signals = stackalloc byte[SignalsSize];
        new Span<byte>(signals, SignalsSize).Clear();
        Check(Libc.SetSignalMask(_attributes, signals), "posix_spawnattr_setsigmask"); // nothing is blocked
        *(ulong*)signals = (1UL << (ProcessAbi.PipeSignal - 1)) | (1UL << (ProcessAbi.FileSizeSignal - 1)); // ignored by .NET; what is ignored stays so over exec, what is caught does not
        Check(Libc.SetDefaultSignals(_attributes, signals), "posix_spawnattr_setsigdefault");
        int flags = ProcessAbi.SetMask | ProcessAbi.SetDefaults;
        flags |= _options.Group switch { ChildGroup.New => ProcessAbi.SetGroup, ChildGroup.NewSession => ProcessAbi.SetSession, _ => 0 };
        if (_options.Group == ChildGroup.New)
        {
            Check(Libc.SetGroup(_attributes, 0), "posix_spawnattr_setpgroup"); // 0: its own number
        }

        Check(Libc.SetFlags(_attributes, (short)flags), "posix_spawnattr_setflags");
    }

    private List<string> Environment()
    {
        var texts = new List<string>();
        if (_options.InheritEnvironment)
        {
            foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            {
                if (!_options.Environment.ContainsKey((string)variable.Key))
                {
                    texts.Add($"{variable.Key}={variable.Value}");
                }
            }
        }

        foreach ((string name, string? value) in _options.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' cannot be the name of an environment variable.", nameof(ProcessOptions.Environment));
            }

            if (value is not null)
            {
                texts.Add($"{name}={value}");
            }
        }

        return texts;
    }

    private void Check(int error, string call)
    {
        if (error != 0)
        {
            throw ProcessErrors.Refused(_options, call, error);
        }
    }
}
