namespace Mainspring.Devices.Linux.Tests;

/// <summary>The queue of bytes to be written.</summary>
public sealed class ByteRingTests
{
    [Fact]
    public void RandomAddsAndRemoves_AreThoseOfAQueue()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var ring = new ByteRing(random.Next(1, 50));
            var model = new Queue<byte>();
            byte next = 0;
            for (int step = 0; step < 200; step++)
            {
                byte[] bytes = [.. Enumerable.Range(0, random.Next(0, ring.Room + 1)).Select(_ => next++)];
                ring.Add(bytes);
                Array.ForEach(bytes, model.Enqueue);
                int taken = random.Next(0, ring.First.Length + 1);
                Assert.Equal(ring.First[..taken].ToArray(), Enumerable.Range(0, taken).Select(_ => model.Dequeue()));
                ring.Remove(taken);
                Assert.Equal(model.Count, ring.Count);
                Assert.True(model.Count == 0 || ring.First.Length > 0, "what is queued can be taken");
            }
        }
    }

    [Fact]
    public void MoreThanThereIsRoomFor_IsRefused()
    {
        var ring = new ByteRing(4);
        ring.Add("abc"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Add("de"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Remove(4));
    }
}
