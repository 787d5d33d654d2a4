using FsCheck;
using FsCheck.Fluent;
using Mainspring.Contracts;

namespace Mainspring.Tests;

/// <summary>The bounded queue of an event stream against a list, over arbitrary bursts of events and reads.</summary>
public sealed class EventStreamProperties
{
    /// <summary>What the reader gets, and what is counted as dropped, is what the policy says.</summary>
    [Theory]
    [InlineData(Overflow.DropOldest)]
    [InlineData(Overflow.DropNewest)]
    [InlineData(Overflow.Coalesce)]
    public void KeepsWhatThePolicySays(Overflow overflow) =>
        Prop.ForAll(
            Gen.Choose(1, 9).ToArbitrary(),
            Gen.Choose(-6, 12).ArrayOf().ToArbitrary(), // positive: so many events; negative: so many reads
            (capacity, bursts) =>
            {
                using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
                var source = new QueueSource();
                EventStream<Queued> stream = loop.Add(source).Events<Queued>(capacity, overflow);
                var model = new List<int>();
                int next = 0;
                long dropped = 0;
                foreach (int burst in bursts)
                {
                    for (int i = 0; i < burst; i++)
                    {
                        source.Add(next);
                        if (model.Count < capacity)
                        {
                            model.Add(next);
                        }
                        else
                        {
                            dropped++;
                            if (overflow == Overflow.DropOldest)
                            {
                                model.RemoveAt(0);
                                model.Add(next);
                            }
                            else if (overflow == Overflow.Coalesce)
                            {
                                model[^1] = next;
                            }
                        }

                        next++;
                    }

                    loop.Tick();
                    for (int i = 0; i > burst && model.Count > 0; i--)
                    {
                        ValueTask<bool> read = stream.MoveNextAsync();
                        Assert.True(read.IsCompletedSuccessfully && read.Result);
                        Assert.Equal(model[0], stream.Current.Number);
                        model.RemoveAt(0);
                    }
                }

                Assert.Equal(dropped, stream.Dropped);
            }).QuickCheckThrowOnFailure();
}
