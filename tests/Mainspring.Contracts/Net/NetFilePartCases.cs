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
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[1000]);
            using SafeFileHandle file = File.OpenHandle(path);
            MainLoop loop = Loops.New();
            loop.UnhandledException += static context => context.Handled = true;
            var executor = new Holding();
            loop.DefaultExecutor = executor;
            loop.CallSoon(() => new FilePart(file, 0, null).Copy(loop, static _ => default).Forget());
            loop.Tick();
            loop.Dispose(); // whoever waits for the read is told
            var rented = new List<byte[]>();
            for (int i = 0; i < 100; i++)
            {
                rented.Add(ArrayPool<byte>.Shared.Rent(Size));
                rented[i].AsSpan().Fill(0xAA);
            }

            executor.Release(); // now it reads
            Check.True(rented.TrueForAll(static bytes => bytes.AsSpan().IndexOfAnyExcept((byte)0xAA) < 0), "somebody's buffer was written to");
            rented.ForEach(static bytes => ArrayPool<byte>.Shared.Return(bytes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // An executor that is late.
    private sealed class Holding : TaskScheduler
    {
        private readonly List<Task> _held = [];

        public void Release() => _held.ForEach(task => TryExecuteTask(task));

        protected override void QueueTask(Task task) => _held.Add(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _held;
    }
}
