using System.Collections;

namespace Mainspring;

/// <summary>A plain <see cref="IEnumerator"/> as a routine of waits: what it yields is taken by its type.</summary>
internal sealed class JobRoutine(IEnumerator inner) : IEnumerator<Wait>
{
    /// <summary>What it waits for now. Asked for once a step: a <see cref="ValueTask"/> is taken by it.</summary>
    public Wait Current => inner.Current switch
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

    object IEnumerator.Current => Current;

    /// <summary>The routine that is running, as it was given: for its name, and for passes that make its steps themselves.</summary>
    public IEnumerator Inner => inner;

    public static IEnumerator<Wait> From(IEnumerator routine)
    {
        ArgumentNullException.ThrowIfNull(routine);
        return routine as IEnumerator<Wait> ?? new JobRoutine(routine);
    }

    public bool MoveNext() => inner.MoveNext();

    public void Reset() => throw new NotSupportedException("A routine runs once.");

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
