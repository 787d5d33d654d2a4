using System.Collections;
using System.Runtime.CompilerServices;

namespace Mainspring.Perf.Measurements;

/// <summary>
/// Many jobs and methods that wait for the next frame again and again, on hosted loops; beside them as many routines in a list, of which each is stepped once, the least that
/// can be done in this language. All take turns, so that a slow second of the machine hits all.
/// </summary>
internal static class Awaits
{
    private const int Turns = 5;

    private static MainLoop s_loop = null!;
    private static long s_resumed;

    /// <summary>One kind of routine, of waits; and methods. Each call of the passes finds one type.</summary>
    public static void Measure(int methods, int frames) => Measure(methods, frames,
        new List("list", Make(methods, static _ => Routine<int>())),
        new OnLoop("job", methods, static _ => s_loop.StartJob(Steps<int>())),
        new OnLoop("loop_task", methods, static _ => InLoopTask().Forget()),
        new OnLoop("task", methods, static i => _ = InTask()));

    /// <summary>Routines that yield null.</summary>
    public static void MeasurePlain(int methods, int frames) => Measure(methods, frames,
        new List("list", Make(methods, static _ => Routine<int>())),
        new OnLoop("job", methods, static _ => s_loop.StartJob(PlainSteps())));

    /// <summary>Ten kinds of routines in turns.</summary>
    public static void MeasureTen(int methods, int frames) => Measure(methods, frames,
        new List("list", Make(methods, TenKinds.OfRoutine)),
        new OnLoop("job", methods, static i => s_loop.StartJob(TenKinds.OfSteps(i))));

    private static void Measure(int methods, int frames, params Subject[] subjects)
    {
        int framesPerTurn = Math.Max(1, frames / Turns);
        foreach (Subject subject in subjects)
        {
            subject.Run(4);
        }

        for (int turn = 0; turn < Turns; turn++)
        {
            foreach (Subject subject in subjects)
            {
                s_resumed = 0;
                subject.Measure(framesPerTurn);
                if (s_resumed != (long)methods * framesPerTurn)
                {
                    throw new InvalidOperationException($"{s_resumed} resumes, not {(long)methods * framesPerTurn}.");
                }
            }
        }

        foreach (Subject subject in subjects)
        {
            subject.Report((long)methods * framesPerTurn * Turns);
            subject.Dispose();
        }
    }

    private static IEnumerator<int>[] Make(int count, Func<int, IEnumerator<int>> routine) => [.. Enumerable.Range(0, count).Select(routine)];

    private static IEnumerator<int> Routine<TKind>()
    {
        while (true)
        {
            s_resumed++;
            yield return 0;
        }
    }

    private static IEnumerator<Wait> Steps<TKind>()
    {
        while (true)
        {
            s_resumed++;
            yield return default;
        }
    }

    private static IEnumerator PlainSteps()
    {
        while (true)
        {
            s_resumed++;
            yield return null;
        }
    }

    private static async LoopTask InLoopTask()
    {
        while (true)
        {
            await s_loop.NextFrame();
            s_resumed++;
        }
    }

    private static async Task InTask()
    {
        while (true)
        {
            await s_loop.NextFrame();
            s_resumed++;
        }
    }

    // Ten methods, each with a code of its own. Not among the statics above: those would be looked at, whether they are initialized, in every step.
    private static class TenKinds
    {
        private static readonly Func<IEnumerator<int>>[] s_routines =
        [
            Routine<byte>, Routine<sbyte>, Routine<short>, Routine<ushort>, Routine<int>, Routine<uint>, Routine<long>, Routine<ulong>, Routine<float>, Routine<double>,
        ];

        private static readonly Func<IEnumerator<Wait>>[] s_steps =
        [
            Steps<byte>, Steps<sbyte>, Steps<short>, Steps<ushort>, Steps<int>, Steps<uint>, Steps<long>, Steps<ulong>, Steps<float>, Steps<double>,
        ];

        public static IEnumerator<int> OfRoutine(int i) => s_routines[i % s_routines.Length]();

        public static IEnumerator<Wait> OfSteps(int i) => s_steps[i % s_steps.Length]();
    }

    // What is measured, in several turns.
    private abstract class Subject(string name) : IDisposable
    {
        private long _ns;
        private long _bytes;

        public void Measure(int frames)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long startNs = Measurement.NowNs();
            Run(frames);
            _ns += Measurement.NowNs() - startNs;
            _bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        }

        public void Report(long operations) => Measurement.Result(name, (double)_ns / operations, (double)_bytes / operations);

        public abstract void Run(int frames);

        public virtual void Dispose()
        {
        }
    }

    private sealed class List(string name, IEnumerator<int>[] routines) : Subject(name)
    {
        public override void Run(int frames)
        {
            for (int i = 0; i < frames; i++)
            {
                StepAll(routines);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void StepAll(IEnumerator<int>[] routines)
        {
            foreach (IEnumerator<int> routine in routines)
            {
                routine.MoveNext();
            }
        }
    }

    private sealed class OnLoop : Subject
    {
        private readonly MainLoop _loop = new(new LoopOptions { Pacing = Pacing.Host });

        public OnLoop(string name, int methods, Action<int> start)
            : base(name)
        {
            _loop.CallSoon(() =>
            {
                for (int i = 0; i < methods; i++)
                {
                    start(i);
                }
            });
            s_loop = _loop;
            _loop.Tick();
        }

        public override void Run(int frames)
        {
            s_loop = _loop;
            for (int i = 0; i < frames; i++)
            {
                _loop.Tick();
            }
        }

        public override void Dispose()
        {
            _loop.Dispose();
            base.Dispose();
        }
    }
}
