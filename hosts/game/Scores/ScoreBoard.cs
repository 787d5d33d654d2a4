namespace Mainspring.Game;

/// <summary>The best scores while the program runs: what is shown, and what is still to be written. The loop never waits for the disk.</summary>
internal sealed class ScoreBoard
{
    private readonly MainLoop _loop;
    private readonly ScoreFile _file;
    private readonly ExecutorQueue _disk = new("scores");
    private readonly string _name;
    private readonly List<ScoreEntry> _unsaved = [];

    public ScoreBoard(MainLoop loop, ScoreFile file)
    {
        (_loop, _file) = (loop, file);
        string user = Environment.UserName;
        _name = string.IsNullOrEmpty(user) ? "PLAYER" : user[..Math.Min(user.Length, 12)].ToUpperInvariant();
        Load().Forget();
    }

    /// <summary>The best ones first.</summary>
    public IReadOnlyList<ScoreEntry> Entries { get; private set; } = [];

    /// <summary>The place of the last game among them, from 1; 0 when it has none, or was not saved yet.</summary>
    public int LastRank { get; private set; }

    /// <summary>Why the file could not be read or written; null when it can be.</summary>
    public string? Failure { get; private set; }

    /// <summary>What went wrong with the file, for the player; null while nothing has.</summary>
    public string? Problem => Failure ?? _file.Warning;

    /// <summary>A game is over.</summary>
    public void Add(World world, ulong seed)
    {
        LastRank = 0;
        if (world.Score > 0)
        {
            var entry = new ScoreEntry(world.Score, _name, world.HoursBegun, world.Kills, seed, DateTimeOffset.UtcNow);
            _unsaved.Add(entry);
            Save(entry).Forget();
        }
    }

    /// <summary>Saves what was not saved yet, when the loop has ended. Blocks.</summary>
    public void Finish()
    {
        foreach (ScoreEntry entry in _unsaved)
        {
            Try(() => _file.Add(entry));
        }

        _unsaved.Clear();
    }

    private async LoopTask Load() => Accept(await _disk.Run(_loop, static (board, _) => board.Try(board._file.Read), this), null);

    private async LoopTask Save(ScoreEntry entry)
    {
        IReadOnlyList<ScoreEntry>? entries = await _disk.Run(_loop, static (work, _) => work.Board.Try(() => work.Board._file.Add(work.Entry)), (Board: this, Entry: entry));
        if (entries is not null)
        {
            _unsaved.Remove(entry);
            Accept(entries, entry);
        }
    }

    private void Accept(IReadOnlyList<ScoreEntry>? entries, ScoreEntry? added)
    {
        Entries = entries ?? Entries;
        for (int i = 0; i < Entries.Count && added is not null; i++)
        {
            LastRank = Entries[i] == added ? i + 1 : LastRank;
        }
    }

    // A file that cannot be written is told, and no reason to stop playing.
    private IReadOnlyList<ScoreEntry>? Try(Func<IReadOnlyList<ScoreEntry>> work)
    {
        try
        {
            IReadOnlyList<ScoreEntry> entries = work();
            Failure = null;
            return entries;
        }
        catch (IOException exception)
        {
            Failure = exception.Message;
            return null;
        }
    }
}
