using System.Diagnostics;

namespace Mainspring.Processes;

/// <summary>The end of a <see cref="Process"/>, brought to a loop.</summary>
internal sealed class ForeignExit : IEventSource
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private SourceContext? _context;
    private SourceHandle? _source;

    private ForeignExit(Process process)
    {
        _process = process;
        Name = $"process {process.Id}";
    }

    public string Name { get; }

    public static Task<int> Of(MainLoop loop, Process process)
    {
        var exit = new ForeignExit(process);
        exit._source = loop.Add(exit, RetryPolicy.Never);
        return exit._exited.Task;
    }

    public void Attach(SourceContext context)
    {
        _context = context;
        _process.Exited += OnExited;
        _process.EnableRaisingEvents = true; // of one that has ended it is raised at once
        if (_process.HasExited)
        {
            context.Wake();
        }
    }

    public void Detach()
    {
        _process.Exited -= OnExited;
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

    // On a thread of the pool.
    private void OnExited(object? sender, EventArgs e) => _context?.Wake();
}
