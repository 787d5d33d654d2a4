using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>
/// Starts programs with CreateProcess, suspended until they are in their job. The child inherits its three standard streams and no other handle (PROC_THREAD_ATTRIBUTE_HANDLE_LIST).
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsSpawner : IDisposable
{
    private readonly ProcessOptions _options;
    private readonly List<SafeHandle> _childEnds = [];          // closed when the child has them
    private readonly OverlappedPipe?[] _ourEnds = new OverlappedPipe?[3];
    private readonly nint[] _streams = new nint[3];

    private WindowsSpawner(ProcessOptions options) => _options = options;

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">It cannot be started; the message says why.</exception>
    public static Spawned Start(ProcessOptions options)
    {
        if (options.WorkingDirectory?.Contains('\0', StringComparison.Ordinal) == true)
        {
            throw new ArgumentException($"{nameof(ProcessOptions.WorkingDirectory)}: a zero character ends the text for the system, and cannot be in it.", nameof(options));
        }

        string path = WindowsProgramPath.Find(options);
        using var spawner = new WindowsSpawner(options);
        return spawner.Start(path);
    }

    public void Dispose()
    {
        _childEnds.ForEach(static end => end.Dispose());
        foreach (OverlappedPipe? end in _ourEnds)
        {
            end?.Dispose(); // it was not started
        }
    }

    private Spawned Start(string path)
    {
        Connect(0, _options.StandardInput);
        Connect(1, _options.StandardOutput);
        Connect(2, _options.StandardError);
        using var job = new Held<ChildJob>(
            ChildJob.Create(_options.Group != ChildGroup.Parent, _options.OnLoopDisposed == ChildDisposal.Kill) ?? throw WindowsProcessErrors.Refused(_options, "its job object"));
        ProcessKernel.ProcessInfo info = Create(path);
        using var process = new Held<SafeProcessHandle>(new SafeProcessHandle(info.Process, ownsHandle: true));
        bool isRunning = ProcessKernel.Assign(job.Value, info.Process) && ProcessKernel.Resume(info.Thread) != uint.MaxValue;
        IOException? refusal = isRunning ? null : WindowsProcessErrors.Refused(_options, "AssignProcessToJobObject");
        Kernel32.CloseHandle(info.Thread);
        if (refusal is not null)
        {
            _ = ProcessKernel.Terminate(process.Value, 1);
            throw refusal;
        }

        var spawned = new Spawned((int)info.Pid, _ourEnds[0], _ourEnds[1], _ourEnds[2]) { Process = process.Take(), Job = job.Take() };
        Array.Clear(_ourEnds);
        return spawned;
    }

    private ProcessKernel.ProcessInfo Create(string path)
    {
        string line = CommandLine.Of(_options, path);
        string block = Environment();
        nint[] inherited = [.. _streams.Where(static handle => handle != 0).Distinct()];
        nuint size;
        _ = ProcessKernel.InitAttributes(null, 1, 0, &size);
        byte* attributes = (byte*)NativeMemory.AllocZeroed(size);
        try
        {
            fixed (nint* handles = inherited)
            fixed (char* program = path, folder = _options.WorkingDirectory, environment = block, commandLine = line.ToCharArray().Append('\0').ToArray())
            {
                if (!ProcessKernel.InitAttributes(attributes, 1, 0, &size))
                {
                    throw WindowsProcessErrors.Refused(_options, "InitializeProcThreadAttributeList");
                }

                if (inherited.Length > 0 && !ProcessKernel.SetAttribute(attributes, 0, ProcessKernel.HandleList, handles, (nuint)(inherited.Length * sizeof(nint)), null, null))
                {
                    throw WindowsProcessErrors.Refused(_options, "UpdateProcThreadAttribute");
                }

                ProcessKernel.StartupInfo startup = new()
                {
                    Size = (uint)sizeof(ProcessKernel.StartupInfo),
                    Flags = ProcessKernel.UsesStandardHandles,
                    Input = _streams[0],
                    Output = _streams[1],
                    Error = _streams[2],
                    Attributes = attributes,
                };
                ProcessKernel.ProcessInfo info;
                return ProcessKernel.Create(program, commandLine, null, null, inherited.Length > 0 ? 1 : 0, Flags(), environment, folder, &startup, &info)
                    ? info
                    : throw WindowsProcessErrors.NotStarted(_options, path, Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            ProcessKernel.DeleteAttributes(attributes);
            NativeMemory.Free(attributes);
        }
    }

    // A program without a console would make its children show one each.
    private uint Flags() => ProcessKernel.Suspended | ProcessKernel.UnicodeEnvironment | ProcessKernel.HasAttributes
        | (_options.Group != ChildGroup.Parent ? ProcessKernel.NewGroup : 0)
        | (_options.Group == ChildGroup.NewSession || ProcessKernel.ConsoleCodePage() == 0 ? ProcessKernel.NoWindow : 0);

    private void Connect(int number, Redirect redirect)
    {
        if (redirect == Redirect.Pipe)
        {
            try
            {
                (_ourEnds[number], SafeFileHandle childs) = OverlappedPipe.Create(isInput: number == 0);
                _childEnds.Add(childs);
                _streams[number] = childs.DangerousGetHandle();
            }
            catch (IOException exception)
            {
                throw new IOException($"'{_options.FileName}' cannot be started: {exception.Message}", exception.HResult);
            }
        }
        else if (redirect == Redirect.Null)
        {
            ProcessKernel.SecurityAttributes inherited = new() { Size = (uint)sizeof(ProcessKernel.SecurityAttributes), IsInherited = 1 };
            SafeFileHandle nothing = Kernel32.OpenFile("NUL", Kernel32.GenericRead | Kernel32.GenericWrite, Kernel32.ShareAll, &inherited, Kernel32.OpenExisting, 0, 0);
            if (nothing.IsInvalid)
            {
                throw WindowsProcessErrors.Refused(_options, "NUL");
            }

            _childEnds.Add(nothing);
            _streams[number] = nothing.DangerousGetHandle();
        }
        else if (redirect == Redirect.ToOutput)
        {
            if (number != 2)
            {
                throw new ArgumentException($"Redirect.ToOutput is for {nameof(ProcessOptions.StandardError)} only.", nameof(redirect));
            }

            _streams[2] = _streams[1];
        }
        else if (redirect.Target is { } target)
        {
            bool isHeld = false;
            try
            {
                target.DangerousAddRef(ref isHeld);
                _streams[number] = Inherited(target.DangerousGetHandle()) is var copy and not 0 ? copy : throw WindowsProcessErrors.Refused(_options, "DuplicateHandle");
            }
            finally
            {
                if (isHeld)
                {
                    target.DangerousRelease();
                }
            }
        }
        else
        {
            // A program of windows may have none.
            nint own = ProcessKernel.StandardHandle(-10 - number); // STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE
            _streams[number] = own is 0 or -1 ? 0 : Inherited(own);
        }
    }

    // A copy that the child can inherit; 0 when the system refuses.
    private nint Inherited(nint handle)
    {
        nint copy;
        if (!Kernel32.DuplicateHandle(Kernel32.CurrentProcess(), handle, Kernel32.CurrentProcess(), &copy, 0, 1, Kernel32.SameAccess))
        {
            return 0;
        }

        _childEnds.Add(new SafeFileHandle(copy, ownsHandle: true));
        return copy;
    }

    // "NAME=value", sorted, each with a zero behind it, and one more behind the last.
    private string Environment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (_options.InheritEnvironment)
        {
            foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            {
                variables[(string)variable.Key] = (string?)variable.Value ?? "";
            }
        }

        foreach ((string name, string? value) in _options.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || value?.Contains('\0', StringComparison.Ordinal) == true)
            {
                throw new ArgumentException($"'{name}' cannot be the name of an environment variable, or its value has a zero character in it.", nameof(ProcessOptions.Environment));
            }

            variables.Remove(name); // another spelling
            if (value is not null)
            {
                variables[name] = value;
            }
        }

        var block = new StringBuilder();
        foreach ((string name, string value) in variables)
        {
            block.Append(name).Append('=').Append(value).Append('\0');
        }

        return block.Append(variables.Count == 0 ? "\0\0" : "\0").ToString();
    }

    /// <summary>Disposes of something, unless it was taken.</summary>
    private ref struct Held<T>(T value)
        where T : SafeHandle
    {
        private bool _isTaken;

        public readonly T Value => value;

        public T Take()
        {
            _isTaken = true;
            return value;
        }

        public readonly void Dispose()
        {
            if (!_isTaken)
            {
                value.Dispose();
            }
        }
    }
}
