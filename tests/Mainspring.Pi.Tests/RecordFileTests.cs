using System.Text;

namespace Mainspring.Pi.Tests;

public sealed class RecordFileTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;

    private string Record => Path.Combine(_folder, "record");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_entry_is_acknowledged_when_it_is_in_the_file_with_a_right_check_sum()
    {
        var told = new List<(long Number, long Length)>();
        Append(["one", "two", "three"], (entry, failure) => told.Add((failure is null ? entry.Number : -1, new FileInfo(Record).Length)));

        Assert.Equal([1L, 2L, 3L], told.Select(static one => one.Number));
        int end = 0;
        foreach ((string line, long length) in Lines().Zip(told.Select(static one => one.Length)))
        {
            end += line.Length + 1;
            Assert.True(length >= end, $"{length} bytes were in the file when the line that ends at {end} was acknowledged");
        }

        Assert.Equal([1L, 2L, 3L], Lines().Select(static line => RecordLine.NumberOf(Encoding.UTF8.GetBytes(line))!.Value));
        Assert.Equal(["one", "two", "three"], Lines().Select(static line => line.Split('\t')[^1]));
    }

    [Fact]
    public void Numbers_go_on_where_the_file_ends()
    {
        Append(["one", "two"]);
        Append(["three"]);
        Assert.Equal([1L, 2L, 3L], Lines().Select(static line => RecordLine.NumberOf(Encoding.UTF8.GetBytes(line))!.Value));
    }

    [Fact]
    public void A_torn_last_line_is_dropped_at_every_place_where_it_can_tear()
    {
        Append(["one", "two"]);
        byte[] whole = File.ReadAllBytes(Record);
        int second = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = second; length < whole.Length; length++)
        {
            File.WriteAllBytes(Record, whole[..length]);
            using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
            using (var record = new RecordFile(new RecordConfig(Record, 1_000_000), loop))
            {
                Assert.Equal((1L, (long)length - second), (record.Last, record.TornBytes));
            }

            Assert.Equal(whole[..second], File.ReadAllBytes(Record));
        }
    }

    [Fact]
    public void A_last_line_of_zeros_as_a_power_cut_leaves_it_is_dropped()
    {
        Append(["one"]);
        long length = new FileInfo(Record).Length;
        File.AppendAllBytes(Record, new byte[4096]);
        Append(["two"]);
        Assert.Equal([1L, 2L], Lines().Select(static line => RecordLine.NumberOf(Encoding.UTF8.GetBytes(line))!.Value));
        Assert.True(new FileInfo(Record).Length < length * 3);
    }

    [Fact]
    public void A_file_that_is_no_record_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(Record, "this is\nsomething else\n");
        IOException refused = Assert.Throws<IOException>(() => Append(["one"]));
        Assert.Contains(Record, refused.Message, StringComparison.Ordinal);
        Assert.Equal("this is\nsomething else\n", File.ReadAllText(Record));
    }

    [Fact]
    public void A_file_without_a_line_end_that_is_no_record_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(Record, """{ "important": "one line" }""");
        Assert.Throws<IOException>(() => Append(["one"]));
        Assert.Equal("""{ "important": "one line" }""", File.ReadAllText(Record));
    }

    [Fact]
    public void A_torn_first_line_is_dropped_at_every_place_where_it_can_tear()
    {
        Append(["one"]);
        byte[] whole = File.ReadAllBytes(Record);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Record, whole[..length]);
            using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
            using var record = new RecordFile(new RecordConfig(Record, 1_000_000), loop);
            Assert.Equal((0L, (long)length), (record.Last, record.TornBytes));
        }
    }

    [Fact]
    public void A_torn_end_of_megabytes_does_not_begin_the_numbers_anew()
    {
        Append(["one"]);
        File.AppendAllBytes(Record, new byte[3_000_000]);
        Append(["two"]);
        Assert.Equal([1L, 2L], Lines().Select(static line => RecordLine.NumberOf(Encoding.UTF8.GetBytes(line))!.Value));
    }

    [Fact]
    public void What_is_no_regular_file_is_refused()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", Record))
        {
            made.WaitForExit();
        }

        Assert.Contains("no regular file", Assert.Throws<IOException>(() => Append(["one"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_record_that_cannot_be_begun_never_overwrites_the_old_one()
    {
        Append(["one"]);
        bool refuses = true;
        using var loop = new MainLoop();
        using var record = new RecordFile(new RecordConfig(Record, 10), loop, folder =>
        {
            if (refuses)
            {
                throw new IOException($"{folder}: refused");
            }
        });
        var told = new List<string>();
        var texts = new Queue<string>(["two", "three", "four"]);
        Next(default, null);
        loop.Run(new RunOptions { For = s_patience });

        Assert.Equal(["failed", "failed", "recorded"], told);
        Assert.EndsWith("\tone", Assert.Single(File.ReadAllLines(Record + ".1")), StringComparison.Ordinal);

        void Next(RecordEntry entry, string? failure)
        {
            if (entry.OnDone is not null)
            {
                told.Add(failure is null ? "recorded" : "failed");
            }

            refuses = texts.Count > 1;
            if (!texts.TryDequeue(out string? text) || !record.TryAppend("rule", text, TimeSpan.Zero, Next))
            {
                loop.Stop();
            }
        }
    }

    [Fact]
    public void Two_programs_cannot_write_one_record()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock() });
        using var record = new RecordFile(new RecordConfig(Record, 1_000_000), loop);
        Assert.Throws<IOException>(() => new RecordFile(new RecordConfig(Record, 1_000_000), loop));
    }

    [Fact]
    public void A_record_that_is_long_enough_becomes_the_old_one_and_numbers_go_on()
    {
        Append(["one"], maxBytes: 10);
        Append(["two"], maxBytes: 10);
        Assert.EndsWith("\tone", Assert.Single(File.ReadAllLines(Record + ".1")), StringComparison.Ordinal);
        Assert.EndsWith("\ttwo", Assert.Single(Lines()), StringComparison.Ordinal);
        File.WriteAllText(Record, ""); // power went between the two steps
        Append(["three"]);
        Assert.Equal(2, RecordLine.NumberOf(Encoding.UTF8.GetBytes(Assert.Single(Lines()))));
    }

    [Fact]
    public void Entries_beyond_those_that_may_wait_are_refused_and_counted()
    {
        using var loop = new MainLoop();
        int accepted = 0, refused = 0, told = 0;
        RecordFile record;
        using (record = new RecordFile(new RecordConfig(Record, 100_000_000), loop))
        {
            for (int i = 0; i < 100_000; i++)
            {
                _ = record.TryAppend("rule", "text", TimeSpan.Zero, (_, _) => told++) ? accepted++ : refused++;
            }
        }

        Assert.True(refused > 0);
        Assert.Equal((accepted, (long)refused), (Lines().Length, record.Lost));
        loop.Run(new RunOptions { UntilIdle = true });
    }

    private string[] Lines() => File.ReadAllLines(Record);

    private void Append(string[] texts, Action<RecordEntry, string?>? onDone = null, long maxBytes = 1_000_000)
    {
        using var loop = new MainLoop();
        using var record = new RecordFile(new RecordConfig(Record, maxBytes), loop);
        int left = texts.Length;
        foreach (string text in texts)
        {
            Assert.True(record.TryAppend("rule", text, TimeSpan.Zero, (entry, failure) =>
            {
                onDone?.Invoke(entry, failure);
                if (--left == 0)
                {
                    loop.Stop();
                }
            }));
        }

        loop.Run(new RunOptions { For = s_patience });
        Assert.Equal(0, left);
    }
}
