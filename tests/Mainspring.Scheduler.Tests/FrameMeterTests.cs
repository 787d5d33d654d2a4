namespace Mainspring.Scheduler.Tests;

/// <summary>What became of the frames' budgets.</summary>
public sealed class FrameMeterTests
{
    private readonly FrameMeter _meter = new(budgetNs: 4_000);

    [Fact]
    public void Budget_OfAFrame_IsSharedAsItWasWorked()
    {
        _meter.Begin(10_000, latenessNs: 50);
        _meter.Worked(LoadKind.Frame, 10_000, 11_000);
        _meter.End(11_000);
        _meter.Worked(LoadKind.Background, 11_000, 13_700);
        _meter.Worked(LoadKind.Timer, 13_700, 15_000); // 300 ns of it within the budget
        _meter.Begin(20_000, latenessNs: 70);
        _meter.End(20_500);
        _meter.Close();

        Assert.Equal((8_000, 4_000), (_meter.BudgetNs, _meter.UsedNs));
        Assert.Equal((6_700, 2_700), (_meter.FreeNs, _meter.BackgroundNs)); // 4,000 - 1,300, and all of the second frame
        Assert.Equal((2, 70, 1_000), (_meter.Lateness.Count, _meter.Lateness.Max, _meter.FrameTime.Max));
    }

    [Fact]
    public void Work_AfterTheBudget_TakesNothingOfIt()
    {
        _meter.Begin(0, 0);
        _meter.Worked(LoadKind.Callback, 5_000, 9_000);
        _meter.Worked(LoadKind.Background, 9_000, 9_500);
        _meter.Close();

        Assert.Equal((4_000, 0, 0), (_meter.FreeNs, _meter.BackgroundNs, _meter.UsedNs));
    }

    [Fact]
    public void Frame_ThatTakesMoreThanTheBudget_LeavesNothingFree()
    {
        _meter.Begin(0, 0);
        _meter.Worked(LoadKind.Frame, 0, 9_000);
        _meter.Close();
        _meter.Close(); // once is enough

        Assert.Equal((4_000, 4_000, 0), (_meter.BudgetNs, _meter.UsedNs, _meter.FreeNs));
    }
}
