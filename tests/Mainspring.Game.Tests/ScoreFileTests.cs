using System.Text;

namespace Mainspring.Game.Tests;

public sealed class ScoreFileTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("mainspring-game-").FullName;

    private string FilePath => Path.Combine(_folder, "deeper", "scores.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Scores_come_back_as_they_were_the_best_one_first_and_ten_of_them()
    {
        var file = new ScoreFile(FilePath);
        Assert.Empty(file.Read());
        for (int i = 0; i < 15; i++)
        {
            file.Add(Entry(i * 7 % 15));
        }

        IReadOnlyList<ScoreEntry> entries = new ScoreFile(FilePath).Read();
        Assert.Equal([.. Enumerable.Range(5, ScoreFile.Most).Reverse().Select(static score => Entry(score))], entries);
        Assert.Null(file.Warning);
    }

    [Fact]
    public void A_score_that_is_saved_twice_is_there_once()
    {
        var file = new ScoreFile(FilePath);
        file.Add(Entry(5));
        Assert.Single(new ScoreFile(FilePath).Add(Entry(5)));
    }

    [Fact]
    public void Whatever_is_left_of_a_damaged_file_is_kept_aside_and_said()
    {
        byte[] whole = ScoreText.Write([Entry(3), Entry(1)]);
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        for (int length = 0; length < whole.Length - 2; length += 11)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            var file = new ScoreFile(FilePath);
            Assert.Empty(file.Read());
            string aside = Directory.GetFiles(Path.GetDirectoryName(FilePath)!, "*.damaged-*").Single();
            Assert.Equal(whole[..length], File.ReadAllBytes(aside));
            Assert.Contains(Path.GetFileName(aside), file.Warning, StringComparison.Ordinal);
            Assert.Contains(FilePath, file.Warning, StringComparison.Ordinal);
            Assert.Single(file.Add(Entry(9)));
            File.Delete(aside);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"version":2,"scores":[]}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"scores":[{"score":"many"}]}""")]
    [InlineData("""{"version":1,"scores":[{"score":1,"name":"A","hour":1,"kills":1,"seed":"-1","at":"2026-01-02T03:04:05Z"}]}""")]
    public void What_holds_no_scores_is_refused(string text) => Assert.Throws<InvalidDataException>(() => ScoreText.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Damaged_files_do_not_replace_each_other()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        foreach (string content in (string[])["one", "two"])
        {
            File.WriteAllText(FilePath, content);
            new ScoreFile(FilePath).Read();
        }

        Assert.Equal(["one", "two"], [File.ReadAllText(FilePath + ".damaged-1"), File.ReadAllText(FilePath + ".damaged-2")]);
    }

    [Fact]
    public void A_crash_before_the_rename_leaves_the_old_scores_and_stops_nobody()
    {
        new ScoreFile(FilePath).Add(Entry(5));
        File.WriteAllText(FilePath + ".new", "{\"version\":1,\"sco"); // what kill -9 left
        var file = new ScoreFile(FilePath);
        Assert.Equal([Entry(5)], file.Read());
        Assert.Equal([Entry(8), Entry(5)], file.Add(Entry(8)));
        Assert.Null(file.Warning);
    }

    [Fact]
    public async Task Two_programs_at_once_lose_nothing_of_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, ScoreFile.Most).Select(i => Task.Run(() => new ScoreFile(FilePath).Add(Entry(i)), TestContext.Current.CancellationToken)));
        Assert.Equal(Enumerable.Range(0, ScoreFile.Most).Reverse(), new ScoreFile(FilePath).Read().Select(static entry => (int)entry.Score));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_said_with_its_name()
    {
        string path = Path.Combine(_folder, "file", "scores.json");
        File.WriteAllText(Path.Combine(_folder, "file"), "in the way");
        Assert.Contains(Path.Combine(_folder, "file"), Assert.Throws<IOException>(() => new ScoreFile(path).Add(Entry(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_NeedsNoLock()
    {
        new ScoreFile(FilePath).Add(Entry(5));
        using FileStream taken = new(FilePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal([Entry(5)], new ScoreFile(FilePath).Read());
    }

    [Fact]
    public void What_never_ends_or_is_too_long_is_refused_and_left_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        Assert.Contains("/dev/zero", Assert.Throws<IOException>(() => new ScoreFile("/dev/zero").Read()).Message, StringComparison.Ordinal);
        Assert.True(File.Exists("/dev/zero"));
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, new string(' ', 100_000));
        Assert.Throws<IOException>(() => new ScoreFile(FilePath).Add(Entry(1)));
        Assert.Equal(100_000, new FileInfo(FilePath).Length);
    }

    private static ScoreEntry Entry(int score) => new(score, "ADA", 3, 40 + score, ulong.MaxValue - (ulong)score, s_start.AddMinutes(score));
}
