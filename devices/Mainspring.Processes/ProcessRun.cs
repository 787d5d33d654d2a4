using System.Buffers;
using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>A child process that is run to its end: fed, read, limited in time.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("windows")]
internal sealed class ProcessRun : IDisposable
{
    private const int ReadSize = 16 * 1024;

    private readonly ChildProcess _child;
    private readonly ProcessOptions _options;
    private readonly int _maxOutput;
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously); // before its time
    private long _dropped;

    private ProcessRun(ChildProcess child, ProcessOptions options, int maxOutput) => (_child, _options, _maxOutput) = (child, options, maxOutput);

    public static async Task<ProcessResult> Run(MainLoop loop, ProcessOptions options, ReadOnlyMemory<byte> input, TimeSpan? timeout, int maxOutput, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        options = options with
        {
            StandardInput = !input.IsEmpty ? Redirect.Pipe : options.StandardInput == Redirect.Inherit || options.StandardInput == Redirect.Pipe ? Redirect.Null : options.StandardInput,
            StandardOutput = options.StandardOutput == Redirect.Inherit ? Redirect.Pipe : options.StandardOutput,
            StandardError = options.StandardError == Redirect.Inherit ? Redirect.Pipe : options.StandardError,
        };
        using var run = new ProcessRun(loop.StartProcess(options), options, maxOutput);
        TimerHandle timer = timeout is { } limit
            ? loop.CallLater(limit, () => run.EndEarly(new TimeoutException($"{run._child.Name} was killed: it has not ended in {limit.TotalSeconds:0.###} s.")))
            : default;
        using CancellationTokenRegistration registration = token.UnsafeRegister(_ => loop.TryPost(() => run.EndEarly(new OperationCanceledException(token))), null);
        try
        {
            return await run.Finish(input);
        }
        finally
        {
            timer.Cancel();
        }
    }

    public void Dispose() => _child.Dispose();

    private async Task<ProcessResult> Finish(ReadOnlyMemory<byte> input)
    {
        Task feeding = Feed(input);
        Task<ReadOnlyMemory<byte>> output = Collect(_options.StandardOutput == Redirect.Pipe ? _child.StandardOutput : null);
        Task<ReadOnlyMemory<byte>> error = Collect(_options.StandardError == Redirect.Pipe ? _child.StandardError : null);
        Task all = Task.WhenAll(feeding, output, error, _child.Exited);
        await Task.WhenAny(all, _ended.Task);
        if (_ended.Task.IsCompleted) // also when all has ended since, as it does when it was killed
        {
            await _child.Exited; // it was killed. What it has started may hold the pipes longer
            _child.Dispose();
            await ((Task)Task.WhenAll(feeding, output, error)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw await _ended.Task;
        }

        await all;
        return new ProcessResult(await _child.Exited, await output, await error, _dropped);
    }

    private void EndEarly(Exception reason)
    {
        if (_ended.TrySetResult(reason))
        {
            _ = _options.Group == ChildGroup.Parent ? _child.Kill() : _child.KillGroup();
        }
    }

    private async Task Feed(ReadOnlyMemory<byte> input)
    {
        if (_options.StandardInput != Redirect.Pipe)
        {
            return;
        }

        try
        {
            await _child.StandardInput.WriteAsync(input);
            await _child.StandardInput.DisposeAsync();
        }
        catch (IOException exception) when (exception.HResult == ProcessAbi.BrokenPipe)
        {
            // It need not read all that it is given: 'head' does not.
            _child.StandardInput.Abort();
        }
    }

    private async Task<ReadOnlyMemory<byte>> Collect(ChildOutputStream? stream)
    {
        if (stream is null)
        {
            return default;
        }

        var collected = new ArrayBufferWriter<byte>();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            while (true)
            {
                int count = await stream.ReadAsync(buffer);
                if (count == 0)
                {
                    return collected.WrittenMemory;
                }

                int kept = Math.Min(count, _maxOutput - collected.WrittenCount);
                collected.Write(buffer.AsSpan(0, kept));
                _dropped += count - kept;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
