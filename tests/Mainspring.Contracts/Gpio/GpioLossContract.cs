using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>What sequence numbers say of lost edges.</summary>
public sealed class GpioLossContract
{
    [Case]
    public void WithoutGaps_NothingIsLost()
    {
        var tracker = new GpioLossTracker(2);
        for (uint i = 1; i <= 1000; i++)
        {
            Check.Equal(0L, tracker.Add((int)(i % 2), i, (i + 1) / 2));
            Check.False(tracker.HasGap);
        }
    }

    [Case]
    public void GapOfALine_IsCertainAtOnce()
    {
        var tracker = new GpioLossTracker(1);
        Check.Equal(0L, tracker.Add(0, 1, 1));
        Check.Equal(8L, tracker.Add(0, 10, 10));
        Check.Equal(0L, tracker.Settle(tracker.Last), "it was reported");
        Check.Equal(89L, tracker.Add(0, 100, 100));
        Check.Equal(99_899L, tracker.Add(0, 100_000, 100_000));
        Check.Equal(0L, tracker.Settle(tracker.Last));
        Check.False(tracker.HasGap);
    }

    [Case]
    public void EventsThatChangePlaces_AreNoLoss()
    {
        var tracker = new GpioLossTracker(2);
        Check.Equal(0L, tracker.Add(1, 2, 1));
        Check.True(tracker.HasGap);
        Check.Equal(0L, tracker.Add(0, 1, 1));
        Check.False(tracker.HasGap);
        Check.Equal(0L, tracker.Settle(tracker.Last));
    }

    [Case]
    public void WhatTheInterruptSaw_AndItsThreadDidNot_IsLostAfterAWhile()
    {
        var tracker = new GpioLossTracker(2);
        Check.Equal(0L, tracker.Add(0, 1, 1));
        Check.Equal(0L, tracker.Add(0, 4, 2));
        Check.Equal(0L, tracker.Settle(2), "what is missing now is newer");
        Check.Equal(2L, tracker.Settle(4));
        Check.False(tracker.HasGap);
    }

    [Case]
    public void Latecomer_IsSetOffAgainstTheNextLoss()
    {
        var tracker = new GpioLossTracker(2);
        Check.Equal(0L, tracker.Add(0, 2, 1));
        Check.Equal(1L, tracker.Settle(2));
        Check.Equal(0L, tracker.Add(1, 1, 1), "it came after all");
        Check.Equal(0L, tracker.Add(0, 4, 2));
        Check.Equal(0L, tracker.Settle(4), "one was reported too many");
        Check.Equal(0L, tracker.Add(0, 6, 3));
        Check.Equal(1L, tracker.Settle(6));
    }

    [Case]
    public void Numbers_PassTheirEnd()
    {
        var tracker = new GpioLossTracker(1);
        long lost = tracker.Add(0, int.MaxValue, int.MaxValue);
        lost += tracker.Add(0, uint.MaxValue - 1, uint.MaxValue - 1);
        Check.Equal(0L, tracker.Add(0, uint.MaxValue, uint.MaxValue));
        Check.Equal(0L, tracker.Add(0, 0, 0));
        Check.Equal(0L, tracker.Add(0, 1, 1));
        Check.Equal(2L, tracker.Add(0, 4, 4));
        Check.Equal(uint.MaxValue - 3L, lost);
    }

    [Case]
    public void ReceivedAndLost_IsProduced_WhateverIsDroppedAndHoweverItIsShuffled()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            int lines = random.Next(1, 9), produced = random.Next(1, 3000), window = random.Next(1, 40);
            double dropRate = random.NextDouble() * random.NextDouble();
            var tracker = new GpioLossTracker(lines);
            uint[] numbers = new uint[lines];
            var waiting = new List<(int Line, uint Number)>();
            long received = 0, lost = 0;
            for (uint number = 1; number <= produced; number++)
            {
                // The last one comes, or nobody could know of those before it.
                if (number == produced || random.NextDouble() >= dropRate)
                {
                    waiting.Add((random.Next(lines), number));
                }

                while (waiting.Count > (number == produced ? 0 : window))
                {
                    // Any line may be next, but each in its own order.
                    int line = waiting[random.Next(waiting.Count)].Line;
                    int next = waiting.FindIndex(one => one.Line == line);
                    lost += tracker.Add(line, waiting[next].Number, ++numbers[line]);
                    received++;
                    waiting.RemoveAt(next);
                }
            }

            lost += tracker.Settle(tracker.Last);
            Check.Equal(produced, received + lost, $"seed {seed}");
            Check.False(tracker.HasGap, $"seed {seed}");
        }
    }
}
