namespace Mainspring.Game;

/// <summary>
/// Loads hours while the game goes on: reads on the executor, parses on the loop as long as the frame's budget lasts, and goes on in the next frame. One hour ahead, into buffers
/// that are used again and again. When the game needs an hour that is not there yet, the game waits, so that the time it takes to load one never shows in what happens.
/// </summary>
internal sealed class HourLoader
{
    private const int LongestText = 16 * 1024;

    private static readonly Func<HourLoader, CancellationToken, int> s_read = static (loader, _) => loader.Read();

    private readonly MainLoop _loop;
    private readonly ExecutorQueue _disk = new("hours");
    private readonly Stream[] _files; // opened once, since opening allocates
    private readonly byte[] _text = new byte[LongestText];
    private Hour _loaded = new();
    private Hour _taken = new();
    private int _wanted;
    private int _loading;

    /// <summary>Opens the hours.</summary>
    /// <param name="loop">The loop on which they are awaited.</param>
    /// <param name="open">Opens the one of a number.</param>
    public HourLoader(MainLoop loop, Func<int, Stream> open)
    {
        _loop = loop;
        _files = [.. Enumerable.Range(1, Hour.PerDay).Select(open)];
    }

    /// <summary>Called when an hour that was wanted is there.</summary>
    public Action? Loaded { get; set; }

    /// <summary>The name of an hour's text.</summary>
    public static string NameOf(int hour) => $"hour-{hour:00}.txt";

    /// <summary>Opens an hour that is part of the program.</summary>
    public static Stream OpenBuiltIn(int hour) =>
        typeof(HourLoader).Assembly.GetManifestResourceStream(NameOf(hour)) ?? throw new FileNotFoundException($"{NameOf(hour)} is not part of the program");

    /// <summary>Begins to load an hour, unless it is there or on its way.</summary>
    public void Want(int hour)
    {
        _wanted = hour;
        if (_loading == 0 && _loaded.Number != hour)
        {
            Load().Forget();
        }
    }

    /// <summary>Takes an hour that was wanted; it stays as it is until the next one is taken.</summary>
    /// <returns>The hour, or null when it is not there yet.</returns>
    public Hour? TryTake(int hour)
    {
        if (_loaded.Number != hour)
        {
            return null;
        }

        (_loaded, _taken) = (_taken, _loaded);
        _loaded.Clear();
        return _taken;
    }

    private async LoopTask Load()
    {
        try
        {
            while (_loaded.Number != _wanted)
            {
                int hour = _loading = _wanted;
                int length = await _disk.Run(_loop, s_read, this);
                _loaded.Clear();
                for (int position = 0, line = 0; position < length;)
                {
                    (position, line) = Parse(length, position, line);
                    if (position < length)
                    {
                        await _loop.NextFrame(); // this one's budget is spent
                    }
                }

                _loaded.Finish(hour);
            }
        }
        catch (ObjectDisposedException)
        {
            return; // the loop ends meanwhile: nobody plays any more
        }
        finally
        {
            _loading = 0;
        }

        Loaded?.Invoke();
    }

    private (int Position, int Line) Parse(int length, int position, int line)
    {
        var reader = new HourReader(_text.AsSpan(0, length), _loading, position, line);
        do
        {
            reader.ReadLine(_loaded);
        }
        while (!reader.IsAtEnd && !_loop.Budget.IsSpent);
        return (reader.Position, reader.Line);
    }

    // On the executor.
    private int Read()
    {
        Stream file = _files[_loading - 1];
        file.Position = 0;
        int length = file.ReadAtLeast(_text, _text.Length, throwOnEndOfStream: false);
        return length < _text.Length ? length : throw new InvalidDataException($"{NameOf(_loading)} is longer than {LongestText - 1} bytes");
    }
}
