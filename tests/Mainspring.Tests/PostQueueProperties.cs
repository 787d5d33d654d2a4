using FsCheck;
using FsCheck.Fluent;

namespace Mainspring.Tests;

/// <summary>The queue behind posts against a plain queue, over arbitrary bursts of adding and taking.</summary>
public sealed class PostQueueProperties
{
    /// <summary>Whatever the bursts, what comes out is what went in, in order; and what was accepted before the end comes out after it.</summary>
    [Fact]
    public void BehavesLikeAQueue() =>
        Prop.ForAll(
            Gen.Choose(-1500, 1500).ArrayOf().ToArbitrary(), // positive: add so many; negative: take so many
            static bursts =>
            {
                var queue = new PostQueue();
                var model = new Queue<int>();
                int next = 0;
                foreach (int burst in bursts)
                {
                    for (int i = 0; i < burst; i++)
                    {
                        Assert.True(queue.TryAdd(queue, next));
                        model.Enqueue(next++);
                    }

                    for (int i = 0; i > burst; i--)
                    {
                        Assert.Equal(model.Count == 0, queue.IsEmpty);
                        Assert.Equal(model.TryDequeue(out int expected), queue.TryTake(out _, out object? state));
                        Assert.Equal(expected, state ?? 0);
                    }

                    Assert.True(queue.Count <= model.Count);
                    Assert.Equal(model.Count == 0, queue.Count == 0);
                }

                queue.Close();
                Assert.False(queue.TryAdd(queue, next));
                while (queue.TryTakeLast(out _, out object? state))
                {
                    Assert.Equal(model.Dequeue(), state);
                }

                Assert.Empty(model);
            }).QuickCheckThrowOnFailure();
}
