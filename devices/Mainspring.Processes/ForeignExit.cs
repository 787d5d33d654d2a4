using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>The end of a <see cref="Process"/>, brought to a loop.</summary>
internal class ForeignExit : IEventSource
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private SourceContext? _context;
    private SourceHandle? _source;

    protected ForeignExit(Process process)
    {
        _process = process;
        Name = $"process {process.Id}";
    }

    public string Name { get; }

    public static Task<int> Of(MainLoop loop, Process process)
    {
        ForeignExit exit = OperatingSystem.IsWindows() ? new HandleExit(process) : new ForeignExit(process);
        exit._source = loop.Add(exit, RetryPolicy.Never);
        return exit._exited.Task;
    }

    public void Attach(SourceContext context)
    {
        _context = context;
        Watch(context);
    }

    public void Detach()
    {
        Unwatch();
        _context = null;
        _exited.TrySetCanceled(); // unless it has ended
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_process.HasExited && _context is { } context)
        {
            context.Emit(new ChildExited(_process.Id, new ChildExit(_process.ExitCode)));
            _exited.TrySetResult(_process.ExitCode);
            _source!.Remove();
        }

        return 1;
    }

    protected virtual void Watch(SourceContext context)
    {
        _process.Exited += OnExited;
        _process.EnableRaisingEvents = true; // of one that has ended it is raised at once
        if (_process.HasExited)
        {
            context.Wake();
        }
    }

    protected virtual void Unwatch() => _process.Exited -= OnExited;

    // On a thread of the pool.
    private void OnExited(object? sender, EventArgs e) => _context?.Wake();
}

/// <summary>On Windows a process has a handle, which is signalled when it has ended: it is in the loop's wait, and no other thread is asked.</summary>
internal sealed class HandleExit(Process process) : ForeignExit(process), IPollableSource
{
    public SafeHandle Handle { get; } = process.SafeHandle;

    public PollEvents Interest => PollEvents.Readable;

    protected override void Watch(SourceContext context)
    {
    }

    protected override void Unwatch()
    {
    }
}
