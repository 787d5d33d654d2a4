using System.Collections;

namespace Mainspring;

/// <summary>A plain <see cref="IEnumerator"/> as a routine of waits: what it yields is taken by its type.</summary>
internal sealed class JobRoutine(IEnumerator inner) : IEnumerator<Wait>
{
    public Wait Current { get; private set; }

    object IEnumerator.Current => Current;

    /// <summary>The routine that is running, for its name.</summary>
    public IEnumerator Inner => inner;

    public static IEnumerator<Wait> From(IEnumerator routine)
    {
        ArgumentNullException.ThrowIfNull(routine);
        return routine as IEnumerator<Wait> ?? new JobRoutine(routine);
    }

    public bool MoveNext()
    {
        if (!inner.MoveNext())
        {
            return false;
        }

        Current = inner.Current switch
        {
            null => Wait.NextFrame,
            Wait wait => wait,
            TimeSpan delay => Wait.For(delay),
            Job job => Wait.Job(job),
            IEnumerator routine => Wait.Routine(routine),
            Task task => Wait.Task(task),
            ValueTask task => Wait.Task(task.AsTask()),
            LoopTask task => Wait.Task(task),
            CancellationToken token => Wait.Cancellation(token),
            SourceHandle source => Wait.Event(source),
            { } other => throw new InvalidOperationException(
                $"A job cannot wait for a {other.GetType()}: yield null, a TimeSpan, a Wait, another IEnumerator or Job, a Task, a ValueTask, a LoopTask, a CancellationToken or a SourceHandle."),
        };
        return true;
    }

    public void Reset() => throw new NotSupportedException("A routine runs once.");

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
