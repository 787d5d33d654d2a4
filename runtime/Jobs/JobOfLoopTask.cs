namespace Mainspring;

/// <summary>A job that waits for a <see cref="LoopTask"/>.</summary>
internal sealed class JobOfLoopTask(Job job, int number, LoopTaskSource task, int version) : Continuation
{
    public override string Name => job.Name;

    public override void Resume() => job.OnLoopTaskOver(number, task, version);
}
