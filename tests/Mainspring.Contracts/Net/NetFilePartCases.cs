using System.Buffers;
using Mainspring.Net;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>A file on its way, when the loop ends before a read of it does.</summary>
public sealed class NetFilePartCases
{
    private const int Size = 64 * 1024; // of FilePart's buffer

    [Case]
    public void BufferOfAReadThatGoesOn_IsNotGivenToOthers()
    {
        Sys.NeedsLinux();
        (SafeFileHandle readEnd, SafeFileHandle writeEnd) = NetPipes.Blocking();
        using (readEnd)
        using (writeEnd)
        {
            using var executor = new ThreadExecutor(1);
            MainLoop loop = Loops.New(options => options with { ErrorPolicy = ErrorPolicy.Continue });
            loop.UnhandledException += static context => context.Handled = true;
            using var began = new ManualResetEventSlim();
            loop.DefaultExecutor = new Telling(executor, began);
            loop.CallSoon(() => new FilePart(readEnd, 0, null).Copy(loop, static _ => default).Forget());
            loop.Tick();
            Check.True(began.Wait(Patience.Long), "it reads");
            loop.Dispose(); // whoever waits for the read is told; the read itself waits for the pipe
            var rented = new List<byte[]>();
            for (int i = 0; i < 100; i++)
            {
                rented.Add(ArrayPool<byte>.Shared.Rent(Size));
                rented[i].AsSpan().Fill(0xAA);
            }

            Sys.Write(writeEnd, 1000);
            executor.Dispose(); // its thread has read them
            Check.False(Sys.IsReadable(readEnd), "it was read");
            Check.True(rented.TrueForAll(static bytes => bytes.AsSpan().IndexOfAnyExcept((byte)0xAA) < 0), "somebody's buffer was written to");
            rented.ForEach(static bytes => ArrayPool<byte>.Shared.Return(bytes));
        }
    }

    // Says that a piece of work begins.
    private sealed class Telling(ThreadExecutor inner, ManualResetEventSlim began) : TaskScheduler
    {
        protected override void QueueTask(Task task) =>
            Task.Factory.StartNew(
                () =>
                {
                    began.Set();
                    TryExecuteTask(task);
                },
                CancellationToken.None,
                TaskCreationOptions.None,
                inner);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
