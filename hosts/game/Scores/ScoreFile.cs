using Mainspring.Hosts;

namespace Mainspring.Game;

/// <summary>
/// The best scores on the disk. A change reads what is there, adds to it, and replaces it, under a lock: two programs lose nothing of each other's. The new content goes into a file beside it, which
/// is flushed and then renamed over the old one (rename(2) is atomic), and the folder is flushed too: whenever the program or the machine dies, there is the old file or the new one, whole.
/// Everything here blocks: for the executor.
/// </summary>
internal sealed class ScoreFile(string path)
{
    /// <summary>How many scores are kept.</summary>
    public const int Most = 10;

    private const int LongestText = 64 * 1024; // many times what ten scores take

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lockRetry = TimeSpan.FromMilliseconds(10);

    private readonly string _path = Path.GetFullPath(path);

    public string FilePath => _path;

    /// <summary>What became of a file that could not be read; null while all was well.</summary>
    public string? Warning { get; private set; }

    private string NewPath => _path + ".new";

    /// <summary>Where scores are kept: the XDG base directory specification.</summary>
    public static string DefaultPath
    {
        get
        {
            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            if (string.IsNullOrEmpty(data) || !Path.IsPathRooted(data))
            {
                data = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
            }

            return Path.Combine(data, "mainspring-game", "scores.json");
        }
    }

    /// <summary>Reads the scores, the best one first. A file that holds none is put aside under another name, which <see cref="Warning"/> tells.</summary>
    /// <exception cref="IOException">The system refuses; the message names the file.</exception>
    public IReadOnlyList<ScoreEntry> Read() => Guarded(() =>
    {
        if (!File.Exists(_path))
        {
            return [];
        }

        using FileStream guard = Lock();
        return ReadLocked();
    });

    /// <summary>Adds a score; one that is there already stays as it is, so that whoever does not know whether it was saved may save it again.</summary>
    /// <returns>All scores then, the best one first.</returns>
    /// <exception cref="IOException">The system refuses; the message names the file. What was there is still there.</exception>
    public IReadOnlyList<ScoreEntry> Add(ScoreEntry entry) => Guarded(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        using FileStream guard = Lock();
        List<ScoreEntry> entries = ReadLocked();
        if (entries.Contains(entry))
        {
            return entries;
        }

        entries.Add(entry);
        entries = [.. entries.OrderByDescending(static e => e.Score).ThenBy(static e => e.At).Take(Most)];
        using (var file = new FileStream(NewPath, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            file.Write(ScoreText.Write(entries));
            file.Flush(flushToDisk: true);
        }

        File.Move(NewPath, _path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(_path)!);
        return entries;
    });

    private IReadOnlyList<ScoreEntry> Guarded(Func<IReadOnlyList<ScoreEntry>> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new IOException(exception.Message.Contains(_path, StringComparison.Ordinal) ? exception.Message : $"{_path}: {exception.Message}", exception);
        }
    }

    private List<ScoreEntry> ReadLocked()
    {
        if (!File.Exists(_path))
        {
            return [];
        }

        try
        {
            return ScoreText.Read(ReadText());
        }
        catch (InvalidDataException exception)
        {
            string aside = Aside();
            File.Move(_path, aside);
            Warning = $"{_path}: {exception.Message}; it is kept as {Path.GetFileName(aside)}, and a new one is begun";
            return [];
        }
    }

    // As much as scores can be: a device may never end. What is longer is no damaged file of ours, and stays where it is.
    private byte[] ReadText()
    {
        byte[] text = new byte[LongestText];
        using FileStream file = File.OpenRead(_path);
        int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        return length < text.Length ? text[..length] : throw new IOException($"{_path}: it is longer than scores can be, and is left alone; --scores names another file");
    }

    // A name that is free, so that nothing is written over.
    private string Aside()
    {
        for (int number = 1; ; number++)
        {
            string name = $"{_path}.damaged-{number}";
            if (!File.Exists(name))
            {
                return name;
            }
        }
    }

    // A file of its own, since the scores' is replaced. The lock (flock(2)) goes with its descriptor, however the program ends; the file stays.
    private FileStream Lock()
    {
        string lockPath = _path + ".lock";
        for (TimeSpan waited = TimeSpan.Zero; ; waited += s_lockRetry)
        {
            try
            {
                return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited < s_lockPatience && File.Exists(lockPath))
            {
                Thread.Sleep(s_lockRetry); // another program is at it
            }
        }
    }
}
