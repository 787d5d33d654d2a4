namespace Mainspring.Scheduler;

/// <summary>A loop under load.</summary>
internal sealed class LoadRun : IDisposable
{
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);

    private readonly SchedulerSettings _settings;
    private readonly BackgroundMode _mode;
    private readonly BusyWork _work = new();
    private readonly List<PostProducer> _producers = [];
    private readonly TimeSpan _period;
    private long _allocatedAtWarmUp = -1;
    private long _framesAtWarmUp;

    /// <summary>Makes the loop and puts the load on it.</summary>
    public LoadRun(SchedulerSettings settings, BackgroundMode mode)
    {
        _settings = settings;
        _mode = mode;
        _period = TimeSpan.FromSeconds(1 / settings.Hz);
        Meter = new FrameMeter(settings.BudgetNs);
        Loop = new MainLoop(Options());
        Loop.OnFrame(FramePhase.Input, BeginFrame, "measure");
        Lanes = [.. settings.Loads.Where(spec => mode != BackgroundMode.None || spec.Kind != LoadKind.Background).Select(spec => new Lane(spec, Meter, _work))];
        foreach (Lane lane in Lanes)
        {
            Start(lane);
        }

        for (int i = 0; i < settings.Jobs; i++)
        {
            Loop.StartJob(Steps(), name: "job");
        }

        Loop.OnFrame(FramePhase.Present, _ => Meter.End(BusyWork.NowNs), "measure");
    }

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>What it works at.</summary>
    public IReadOnlyList<Lane> Lanes { get; }

    /// <summary>What its frames are like.</summary>
    public FrameMeter Meter { get; }

    /// <summary>How many steps the jobs have run.</summary>
    public long JobSteps { get; private set; }

    /// <summary>Runs it to its end.</summary>
    public RunResult Run()
    {
        Loop.CallLater(s_warmUp, EndWarmUp, "warm-up is over");
        foreach (PostProducer producer in _producers)
        {
            producer.Start();
        }

        Loop.Run(new RunOptions { For = _settings.Time });
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtWarmUp;
        Meter.Close();
        FrameStats stats = Loop.FrameStats;
        return new RunResult(_mode, Loop.TimeProvider.GetElapsedTime(0), stats, Loop.Counters, Meter, Lanes, JobSteps)
        {
            AllocatedBytesPerFrame = _allocatedAtWarmUp >= 0 && stats.Frames > _framesAtWarmUp
                ? Math.Round((double)allocated / (stats.Frames - _framesAtWarmUp), 3)
                : null,
        };
    }

    public void Dispose()
    {
        foreach (PostProducer producer in _producers)
        {
            producer.Dispose();
        }

        Loop.Dispose();
    }

    private LoopOptions Options() => new()
    {
        Name = "scheduler",
        FrameRate = _settings.Hz,
        Precision = _settings.Precision,
        FrameBudget = _mode == BackgroundMode.Budgeted ? TimeSpan.FromMicroseconds(_settings.BudgetNs / 1e3) : null,
    };

    private void BeginFrame(Frame frame)
    {
        TimeSpan lateness = frame.Start - (frame.Deadline - _period);
        Meter.Begin(BusyWork.NowNs, (long)lateness.TotalNanoseconds);
    }

    private void Start(Lane lane)
    {
        LoadSpec spec = lane.Spec;
        switch (spec.Kind)
        {
            case LoadKind.Frame:
                Loop.OnFrame(FramePhase.Update, _ => RunAll(lane), spec.Text);
                break;
            case LoadKind.Timer:
                for (int i = 0; i < spec.Count; i++)
                {
                    Loop.CallEvery(PeriodOf(spec), static lane => RunNew(lane), lane, spec.Text);
                }

                break;
            case LoadKind.Callback:
                Feed(spec, () => Queue(lane));
                break;
            case LoadKind.Background when _mode == BackgroundMode.Budgeted:
                Feed(spec, new BackgroundLane(Loop, lane).Arrive);
                break;
            case LoadKind.Background:
                Feed(spec, () => Queue(lane));
                break;
            case LoadKind.Post:
                _producers.Add(new PostProducer(Loop, lane, PeriodOf(spec)));
                break;
            default:
                throw new InvalidOperationException($"Nothing runs {spec.Kind}.");
        }
    }

    // Items come with every frame, or by a timer of their own.
    private void Feed(LoadSpec spec, Action arrive)
    {
        if (spec.RateHz is null)
        {
            Loop.OnFrame(FramePhase.Input, _ => arrive(), spec.Text);
        }
        else
        {
            Loop.CallEvery(PeriodOf(spec), arrive, spec.Text);
        }
    }

    private TimeSpan PeriodOf(LoadSpec spec) => spec.RateHz is { } rate ? TimeSpan.FromSeconds(1 / rate) : _period;

    private void Queue(Lane lane)
    {
        lane.Arrive(lane.Spec.Count);
        for (int i = 0; i < lane.Spec.Count; i++)
        {
            Loop.CallSoon(static lane => lane.RunOne(), lane, lane.Spec.Priority);
        }
    }

    private static void RunAll(Lane lane)
    {
        lane.Arrive(lane.Spec.Count);
        for (int i = 0; i < lane.Spec.Count; i++)
        {
            lane.RunOne();
        }
    }

    private static void RunNew(Lane lane)
    {
        lane.Arrive(1);
        lane.RunOne();
    }

    private IEnumerator<Wait> Steps()
    {
        while (true)
        {
            JobSteps++;
            yield return default;
        }
    }

    private void EndWarmUp()
    {
        _allocatedAtWarmUp = GC.GetTotalAllocatedBytes(precise: true);
        _framesAtWarmUp = Loop.FrameStats.Frames;
    }
}
