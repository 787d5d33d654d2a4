using System.Runtime.CompilerServices;

namespace Mainspring.Perf.Measurements;

/// <summary>Many jobs and methods that wait for the next frame again and again, on a hosted loop; beside them as many routines in a list, of which each is stepped once.</summary>
internal static class Awaits
{
    private static MainLoop s_loop = null!;
    private static long s_resumed;

    public static void Measure(int methods, int frames)
    {
        MeasureList(methods, frames);
        MeasureMethods("job", methods, frames, static () => s_loop.StartJob(Steps()));
        MeasureMethods("loop_task", methods, frames, static () => InLoopTask().Forget());
        MeasureMethods("task", methods, frames, static () => _ = InTask());
    }

    private static void MeasureMethods(string name, int methods, int frames, Action start)
    {
        using var loop = new MainLoop(new LoopOptions { Pacing = Pacing.Host });
        s_loop = loop;
        loop.CallSoon(() =>
        {
            for (int i = 0; i < methods; i++)
            {
                start();
            }
        });
        Frames(loop, 4);
        s_resumed = 0;
        Measurement.Time(name, (long)methods * frames, () => Frames(loop, frames));
        if (s_resumed != (long)methods * frames)
        {
            throw new InvalidOperationException($"{s_resumed} resumes, not {(long)methods * frames}.");
        }
    }

    private static void MeasureList(int methods, int frames)
    {
        var routines = new IEnumerator<int>[methods];
        for (int i = 0; i < methods; i++)
        {
            routines[i] = Routine();
        }

        StepAll(routines, 4);
        Measurement.Time("list", (long)methods * frames, () => StepAll(routines, frames));
    }

    private static void Frames(MainLoop loop, int count)
    {
        for (int i = 0; i < count; i++)
        {
            loop.Tick();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StepAll(IEnumerator<int>[] routines, int times)
    {
        for (int i = 0; i < times; i++)
        {
            foreach (IEnumerator<int> routine in routines)
            {
                routine.MoveNext();
            }
        }
    }

    private static IEnumerator<int> Routine()
    {
        while (true)
        {
            s_resumed++;
            yield return 0;
        }
    }

    private static IEnumerator<Wait> Steps()
    {
        while (true)
        {
            s_resumed++;
            yield return default;
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
}
