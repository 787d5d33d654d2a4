using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// A routine that runs on the loop in steps, from one <c>yield return</c> to the next. Loop's thread only, but for <see cref="Completion"/>'s task.
/// </summary>
[DebuggerDisplay("{Name} {State}")]
public class Job
{
    private const long NoDeadline = -1;

    private static readonly Action<Job> s_resume = static job => job.Resume();

    private IEnumerator<Wait> _routine; // the innermost one
    private string? _name;              // when it was given one, or was asked for it
    private JobPass? _pass;             // where it waits for a frame, or null
    private long _joined;               // the number of the last pass before it joined
    private Hold _hold;                 // what has to be asked before the next step
    private bool _isCancelling;
    private long _steps;                // in passes that it has left
    private List<IEnumerator<Wait>>? _outer;   // the routines that wait for it, outermost first
    private object? _waitsFor;                 // what the hold or the wait is about
    private long _holdValue;
    private long _deadlineNs = NoDeadline;     // of the delay that was the last wait: the next one goes on from there
    private Rare? _rare;
    private int _waitNumber;                   // a wake-up of an earlier wait finds another number

    internal Job(MainLoop loop, IEnumerator<Wait> routine, FramePhase phase, string? name, Job? parent)
    {
        Loop = loop;
        Phase = phase;
        Parent = parent;
        _routine = routine;
        _name = name;
        parent?.AddChild(this);
    }

    // What a job has to be asked before its next step.
    private enum Hold : byte
    {
        None,
        Frames,      // so many more frames
        Condition,   // until it holds
        FixedStep,   // none: it is a guest among the jobs of fixed steps, and has to be sent home afterwards
    }

    /// <summary>Its name: the one that it was given, otherwise the routine's.</summary>
    public string Name => _name ??= JobName.Of(_outer is [var outermost, ..] ? outermost : _routine);

    /// <summary>Its loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>The phase of the frame in which it runs.</summary>
    public FramePhase Phase { get; }

    /// <summary>The job within whose step it was started, or null. Cancelling a parent cancels its children first.</summary>
    public Job? Parent { get; }

    /// <summary>The jobs that were started within its steps and are still running.</summary>
    public IReadOnlyList<Job> Children => ChildList ?? [];

    /// <summary>Where it is in its life.</summary>
    public JobState State { get; private set; }

    /// <summary>Whether it has come to an end, whichever.</summary>
    public bool IsDone => State != JobState.Running;

    /// <summary>What it threw, when it is <see cref="JobState.Faulted"/>.</summary>
    public Exception? Exception
    {
        get => _rare?.Exception;
        private set => _ = value is null ? null : More.Exception = value;
    }

    /// <summary>What it has cost so far.</summary>
    public JobStats Stats => new(_steps + (_pass is { } pass && _hold == Hold.None ? pass.PassesOver(PlaceInPass) - _joined : 0), Nanoseconds.ToTimeSpan(TimeNs), Nanoseconds.ToTimeSpan(LongestNs));

    /// <summary>Its end as a task: cancelled when the job is cancelled, faulted when it threw. Asking for it means waiting for it: the exception goes there.</summary>
    public Task Completion
    {
        get
        {
            if (CompletionSource is null)
            {
                CompletionSource = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Complete(CompletionSource);
            }

            return CompletionSource.Task;
        }
    }

    /// <summary>Whether it keeps <see cref="RunOptions.UntilIdle"/> waiting.</summary>
    public bool IsReferenced { get; private set; } = true;

    // In the list of all jobs, in the order of their start.
    internal Job? Next { get; set; }

    internal Job? Previous { get; set; }

    /// <summary>Lets <see cref="RunOptions.UntilIdle"/> end although this job runs.</summary>
    public void Unref()
    {
        if (IsReferenced && !IsDone)
        {
            IsReferenced = false;
            Loop.JobTable.Referenced--;
        }
    }

    /// <summary>
    /// Ends the job: its children are cancelled, then its routines are disposed, innermost first, so that their <c>finally</c> blocks run, before this call
    /// returns. From within its own step: when the step is over; so when a child cancels its parent, the parent's <c>finally</c> blocks run at once, then the
    /// rest of the child's step, then the child's. Idempotent; of no effect on a job that is done.
    /// </summary>
    /// <returns>Whether it was running.</returns>
    public bool Cancel()
    {
        if (IsDone || _isCancelling)
        {
            return false;
        }

        _isCancelling = true;
        if (IsStepping)
        {
            _pass!.IsInterrupted = true;
        }
        else
        {
            Loop.JobTable.End(this);
        }

        return true;
    }

    /// <summary>Ends it, cancelled.</summary>
    internal void EndCancelled() => EndEarly(null);

    /// <summary>Where it stands in its pass.</summary>
    internal int PlaceInPass { get; set; }

    /// <summary>What its pass calls for the next step; null asks <see cref="StepHeld"/> first.</summary>
    internal IEnumerator<Wait>? RoutineInPass => _hold == Hold.None ? _routine : null;

    private bool IsStepping => Loop.JobTable.Running == this;

    /// <summary>Waits for the next pass of a phase.</summary>
    internal void Join(JobPass pass)
    {
        PlaceInPass = pass.Add(this, RoutineInPass);
        _pass = pass; // when there was memory for its place
        _joined = pass.PassesOver(PlaceInPass);
    }

    /// <summary>It joined its pass too late for the run of this number.</summary>
    internal void WasNotIn(long number) => _joined = number;

    /// <summary>Runs a step, if what it waits for in its phase has come.</summary>
    /// <returns>Whether it stays in the pass.</returns>
    internal bool StepHeld()
    {
        if (IsDone || !IsReleased())
        {
            if (_isCancelling)
            {
                EndEarly(null); // by its own condition
            }

            return !IsDone;
        }

        _joined = _pass!.Number - 1;
        return AfterStep(_routine.MoveNext());
    }

    /// <summary>Goes on after the routine has made a step.</summary>
    /// <param name="moved">Whether it has yielded.</param>
    /// <returns>Whether it stays in the pass.</returns>
    internal bool AfterStep(bool moved)
    {
        while (true)
        {
            bool staysInPass;
            if (_isCancelling)
            {
                EndEarly(null);
                staysInPass = false;
            }
            else if (moved)
            {
                Wait wait = _routine.Current;
                staysInPass = wait.IsNextFrame;
                if (!staysInPass && !Begin(wait, out staysInPass))
                {
                    moved = _routine.MoveNext(); // it waits for a routine, or for nothing
                    continue;
                }
            }
            else
            {
                if (Leave())
                {
                    moved = _routine.MoveNext();
                    continue;
                }

                staysInPass = false;
            }

            if (_hold == Hold.FixedStep)
            {
                return false; // it has left, and joined the steps
            }

            if (staysInPass && Phase != FramePhase.FixedUpdate && Loop.JobTable.IsFixedStep(_pass))
            {
                LeavePass(stays: false, countsSteps: true);
                Loop.JobTable.AddToPhase(this);
                return false;
            }

            if (_hold != Hold.None || !staysInPass)
            {
                LeavePass(staysInPass, countsSteps: true);
            }

            return staysInPass;
        }
    }

    /// <summary>The step threw: ends the job.</summary>
    internal void Fail(Exception exception)
    {
        EndEarly(exception);
    }

    internal void Measure(long ns)
    {
        TimeNs += ns;
        LongestNs = Math.Max(LongestNs, ns);
    }

    /// <summary>Awaits the job's end: throws what it threw, or an <see cref="OperationCanceledException"/> when it was cancelled. Whoever awaits it gets the exception, not the loop's handler.</summary>
    /// <returns>The awaiter.</returns>
    public JobAwaiter GetAwaiter() => new(this);

    /// <summary>Runs a continuation when the job is done: at the end of the phase in which it ends, otherwise in the next round.</summary>
    internal void OnDone(object continuation)
    {
        if (IsDone)
        {
            Loop.Continue(continuation);
        }
        else
        {
            (Waiters ??= []).Add(continuation);
        }
    }

    /// <summary>The names of its routines, innermost first.</summary>
    internal string YieldStack()
    {
        var names = new List<string> { JobName.Of(_routine) };
        for (int i = (_outer?.Count ?? 0) - 1; i >= 0; i--)
        {
            names.Add(JobName.Of(_outer![i]));
        }

        return string.Join(" < ", names);
    }


    // Waits as the routine said. False: there is nothing to wait for, the next step follows at once.
    private bool Begin(in Wait wait, out bool staysInPass)
    {
        staysInPass = false;
        long previousNs = _deadlineNs;
        _deadlineNs = NoDeadline;
        switch (wait.What)
        {
            case null:
                (_hold, _holdValue) = (Hold.Frames, wait.Value);
                return staysInPass = true;

            case Func<bool>:
                (_hold, _holdValue, _waitsFor) = (Hold.Condition, wait.Value, wait.What);
                return staysInPass = true;

            case WaitKind kind when kind == WaitKind.FixedStep && Phase == FramePhase.FixedUpdate:
                return staysInPass = true;

            case WaitKind kind when kind == WaitKind.FixedStep:
                LeavePass(stays: false, countsSteps: true);
                _hold = Hold.FixedStep;
                Loop.JobTable.AddToFixedStep(this);
                return true;

            case WaitKind kind:
                _deadlineNs = kind == WaitKind.Delay ? EndOfDelay(previousNs, wait.Value) : wait.Value;
                Timer = Loop.CallAtNs(_deadlineNs, s_resume, this);
                Timer.Unref(); // the job itself keeps the loop alive
                return true;

            case IEnumerator<Wait> routine:
                (_outer ??= []).Add(_routine);
                _routine = routine;
                _deadlineNs = previousNs; // a routine is no wait of its own
                return false;

            case Job job:
                return WaitForJob(job);

            case Task task:
                return WaitForTask(task);

            case LoopTaskSource task:
                return WaitForLoopTask(task, (int)wait.Value);

            case CancellationWait cancellation:
                return WaitForCancellation(cancellation.Token);

            case SourceHandle source:
                return WaitForEvent(source);

            default:
                throw new InvalidOperationException($"A job cannot wait for a {wait.What.GetType()}.");
        }
    }

    // On the grid of the job's own deadlines, as long as it keeps up and has waited for nothing else since, a frame either.
    private long EndOfDelay(long previousNs, long delayNs)
    {
        bool isFirstStepSince = previousNs != NoDeadline && _pass!.PassesOver(PlaceInPass) - _joined == 1;
        long endNs = isFirstStepSince ? Nanoseconds.Deadline(previousNs, delayNs) : 0;
        return endNs > Loop.NowNs ? endNs : Nanoseconds.Deadline(Loop.NowNs, delayNs);
    }

    private bool WaitForJob(Job job)
    {
        if (job.Loop != Loop)
        {
            throw new InvalidOperationException(
                $"Job '{Name}' of loop '{Loop.Name}' cannot wait for job '{job.Name}' of loop '{job.Loop.Name}': wait for its Completion, a task, which goes from thread to thread.");
        }

        if (job == this || job.IsWaitingFor(this))
        {
            throw new InvalidOperationException($"Job '{Name}' would wait for itself, by way of '{job.Name}'.");
        }

        _waitsFor = job;
        if (job.IsDone)
        {
            if (job.State != JobState.Completed)
            {
                EndEarly(job.Exception);
            }

            return IsDone;
        }

        (job.Waiters ??= []).Add(this);
        return true;
    }

    private bool WaitForTask(Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            return false;
        }

        _waitsFor = task;
        int number = ++_waitNumber;
        Stopping ??= new CancellationTokenSource(); // a task that lives on does not keep a job that was cancelled
        task.ContinueWith(
            _ => Loop.TryPost(() => ResumeFrom(number)), Stopping.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return true;
    }

    private bool WaitForLoopTask(LoopTaskSource task, int version)
    {
        if (!task.IsOver(version))
        {
            task.OnOver(new JobOfLoopTask(this, ++_waitNumber, task, version));
            return true;
        }

        task.TakeOutcome(version);
        return false;
    }

    /// <summary>The loop task that it waits for is over.</summary>
    internal void OnLoopTaskOver(int number, LoopTaskSource task, int version)
    {
        bool isWaiting = number == _waitNumber && !IsDone;
        try
        {
            task.TakeOutcome(version);
        }
        catch (OperationCanceledException)
        {
            if (isWaiting)
            {
                Cancel();
            }

            return;
        }
        catch (Exception exception)
        {
            if (isWaiting)
            {
                Fail(exception);
            }
            else
            {
                Loop.Report(exception, WorkKind.Await, Name, null, this); // nobody waits for it any more
            }

            return;
        }

        if (isWaiting)
        {
            Resume();
        }
    }

    private bool WaitForCancellation(CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            return false;
        }

        int number = ++_waitNumber;
        Registration = token.UnsafeRegister(_ => Loop.TryPost(() => ResumeFrom(number)), null);
        return true;
    }

    private bool WaitForEvent(SourceHandle source)
    {
        if (source.Loop != Loop || source.State == SourceState.Removed)
        {
            throw new InvalidOperationException($"Source '{source.Name}' is not (or no longer) one of loop '{Loop.Name}': there will be no event of it.");
        }

        _waitsFor = source;
        source.Waits.Add(this);
        return true;
    }

    /// <summary>The source for whose event it waits was removed: it fails, though not within that call.</summary>
    internal void OnSourceRemoved() => Loop.CallSoon(static job => job.FailForSource(), this, Priority.Normal, Name);

    private void FailForSource()
    {
        if (_waitsFor is SourceHandle source)
        {
            EndEarly(new InvalidOperationException($"Source '{source.Name}' was removed from loop '{Loop.Name}' while job '{Name}' waited for its next event: there will be none."));
        }
    }

    // Along what this one waits for, and back along what waits for the other one, in turns: whichever way is shorter ends it. Long chains grow at one of their ends, and there one of the
    // ways has no step.
    private bool IsWaitingFor(Job other)
    {
        Job? behind = other;
        for (Job? ahead = _waitsFor as Job; ahead is not null; ahead = ahead._waitsFor as Job)
        {
            if (ahead == other || behind == this)
            {
                return true;
            }

            switch (behind?.Waiters)
            {
                case null when behind is null: // several jobs wait for one: that way is not gone
                    break;
                case null or [] or [not Job]:
                    return false;
                case [Job waiter]:
                    behind = waiter;
                    break;
                default:
                    behind = null;
                    break;
            }
        }

        return false;
    }

    private bool IsReleased()
    {
        bool isReleased = _hold switch
        {
            Hold.Frames => _holdValue-- <= 0,
            Hold.Condition => ((Func<bool>)_waitsFor!)() == (_holdValue == 1),
            _ => true,
        };
        if (!isReleased || _isCancelling)
        {
            return false;
        }

        _hold = Hold.None;
        _waitsFor = null;
        return true;
    }

    // The wake-up of a wait for something outside the phases.
    internal void Resume()
    {
        if (!IsDone)
        {
            _waitsFor = null;
            Loop.JobTable.AddToPhase(this);
        }
    }

    private void ResumeFrom(int number)
    {
        if (number != _waitNumber || IsDone)
        {
            return;
        }

        if (_waitsFor is Task { IsCompletedSuccessfully: false } task)
        {
            if (task.IsCanceled)
            {
                Cancel();
            }
            else
            {
                Fail(task.Exception!.InnerException!);
            }

            return;
        }

        Resume();
    }

    // The innermost routine is at its end: back to the one that waits for it.
    private bool Leave()
    {
        IEnumerator<Wait> done = _routine;
        bool isOutermost = _outer is null or { Count: 0 };
        if (!isOutermost)
        {
            _routine = _outer![^1];
            _outer.RemoveAt(_outer.Count - 1);
        }

        done.Dispose();
        if (isOutermost)
        {
            End(JobState.Completed, null, "");
        }

        return !isOutermost;
    }

    // By cancellation, as which an OperationCanceledException counts, or an exception: children first, then the routines, innermost first.
    private void EndEarly(Exception? exception)
    {
        if (IsDone)
        {
            return;
        }

        exception = exception is OperationCanceledException ? null : exception;
        _isCancelling = true; // a finally block that cancels the job does nothing more
        StopWaiting();
        string stack = YieldStack();
        while (ChildList?.FindLast(static child => !child._isCancelling) is { } child)
        {
            child.Cancel(); // and perhaps its siblings, in its finally block
        }

        for (int i = _outer?.Count ?? 0; i >= 0; i--)
        {
            try
            {
                (i == (_outer?.Count ?? 0) ? _routine : _outer![i]).Dispose();
            }
            catch (OperationCanceledException)
            {
                // the outcome already
            }
            catch (Exception second)
            {
                if (exception is null)
                {
                    exception = second;
                }
                else
                {
                    Loop.Report(second, WorkKind.Job, Name, null, this); // the first one is the job's
                }
            }
        }

        End(exception is null ? JobState.Cancelled : JobState.Faulted, exception, stack);
    }

    private void StopWaiting()
    {
        _waitNumber++;
        Timer.Cancel();
        Registration.Dispose();
        Stopping?.Cancel();
        (_waitsFor as SourceHandle)?.Waits.Remove(this);
        (_waitsFor as Job)?.Waiters?.Remove(this);
        _waitsFor = null;
    }

    // Counts the steps of the passes until now, and has the pass ask from here on.
    private void LeavePass(bool stays, bool countsSteps)
    {
        if (_pass is { } pass)
        {
            _steps += countsSteps ? pass.PassesOver(PlaceInPass) - _joined : 0;
            pass.Hold(PlaceInPass, stays);
            _pass = stays ? pass : null;
        }
    }

    private void End(JobState state, Exception? exception, string stack)
    {
        State = state;
        Exception = exception;
        LeavePass(stays: false, countsSteps: _hold == Hold.None);
        Parent?.ChildList?.Remove(this);
        Loop.JobTable.Remove(this);
        bool isAwaited = CompletionSource is not null;
        if (CompletionSource is not null)
        {
            Complete(CompletionSource);
        }

        List<Job>? jobs = null;
        foreach (object waiter in Waiters ?? [])
        {
            if (waiter is not Job job)
            {
                isAwaited = true;
                Loop.Continue(waiter);
            }
            else if (state == JobState.Completed)
            {
                job.Resume();
            }
            else
            {
                (jobs ??= []).Add(job);
            }
        }

        if (_rare is not null)
        {
            Waiters = null;
        }

        if (jobs is not null && !Loop.IsClosing) // then they are cancelled themselves
        {
            Loop.CallSoon(static end => end.Job.EndWaiters(end), new BadEnd(this, jobs, stack, isAwaited), Priority.Normal, Name);
        }
        else if (exception is not null && !isAwaited)
        {
            Report(exception, stack);
        }
    }

    // Those that still wait for it; a cancelled one has its end already. An exception that none of them takes is reported.
    private void EndWaiters(BadEnd end)
    {
        bool isTaken = end.IsAwaited;
        foreach (Job waiter in end.Waiters)
        {
            if (waiter._waitsFor == this)
            {
                isTaken = true;
                waiter.EndEarly(Exception);
            }
        }

        if (Exception is not null && !isTaken)
        {
            Report(Exception, end.Stack);
        }
    }

    private void Report(Exception exception, string stack) =>
        Loop.Report(exception, WorkKind.Job, stack.Contains(" < ", StringComparison.Ordinal) ? $"{Name} ({stack})" : Name, null, this);

    private void Complete(TaskCompletionSource completion)
    {
        switch (State)
        {
            case JobState.Completed:
                completion.TrySetResult();
                break;
            case JobState.Cancelled:
                completion.TrySetCanceled();
                break;
            case JobState.Faulted:
                completion.TrySetException(Exception!);
                break;
        }
    }

    private void AddChild(Job child) => (ChildList ??= []).Add(child);

    private Rare More => _rare ??= new Rare();

    private TimerHandle Timer
    {
        get => _rare?.Timer ?? default;
        set => More.Timer = value;
    }

    private CancellationTokenRegistration Registration
    {
        get => _rare?.Registration ?? default;
        set => More.Registration = value;
    }

    // The waits for tasks; they end with the job.
    private CancellationTokenSource? Stopping
    {
        get => _rare?.Stopping;
        set => More.Stopping = value;
    }

    // Jobs and continuations, in the order in which they began to wait.
    private List<object>? Waiters
    {
        get => _rare?.Waiters;
        set => More.Waiters = value;
    }

    private List<Job>? ChildList
    {
        get => _rare?.Children;
        set => More.Children = value;
    }

    private TaskCompletionSource? CompletionSource
    {
        get => _rare?.Completion;
        set => More.Completion = value;
    }

    private long TimeNs
    {
        get => _rare?.TimeNs ?? 0;
        set => More.TimeNs = value;
    }

    private long LongestNs
    {
        get => _rare?.LongestNs ?? 0;
        set => More.LongestNs = value;
    }

    // What most jobs never have: a hundred thousand of them are so much nearer to each other in memory.
    private sealed class Rare
    {
        public TimerHandle Timer;
        public CancellationTokenRegistration Registration;
        public List<object>? Waiters;
        public List<Job>? Children;
        public CancellationTokenSource? Stopping;
        public TaskCompletionSource? Completion;
        public Exception? Exception;
        public long TimeNs;
        public long LongestNs;
    }

    // The end of a job that did not complete, on its way to the jobs that wait for it.
    private sealed record BadEnd(Job Job, List<Job> Waiters, string Stack, bool IsAwaited);
}
