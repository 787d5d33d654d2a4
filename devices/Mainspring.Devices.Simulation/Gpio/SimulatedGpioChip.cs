using System.Diagnostics;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// A GPIO chip in memory: what is wired to it is driven by a test, at once or at given times of the loop's clock, and on a <see cref="VirtualClock"/> exactly then. Programs use its
/// lines through <see cref="CreateLines"/>, as they would those of a real chip: with bias, drive, active-low, debounce, a bounded buffer of events, lines that are busy, and removal. One
/// loop; loop's thread only.
/// </summary>
/// <remarks>Levels of this class are physical: true is the high voltage. A line that nobody drives has the level of its bias, and without one the level that it had. What happens
/// at equal times comes in the order of the calls, and after the timers of that time.</remarks>
[DebuggerDisplay("{Name}, {LineCount} lines")]
public sealed class SimulatedGpioChip
{
    private readonly SimulatedGpioLine[] _lines;
    private readonly List<SimulatedGpioLines> _attached = [];
    private readonly PriorityQueue<(int Line, bool? Level), (TimeSpan When, long Number)> _script = new(); // the number keeps equal times in order
    private long _scripted;
    private TimeSpan _now;

    /// <summary>A chip whose lines nobody drives.</summary>
    /// <param name="lineCount">How many lines.</param>
    /// <param name="name">Its name in messages.</param>
    public SimulatedGpioChip(int lineCount = 8, string name = "simulated")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lineCount, 1);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _lines = new SimulatedGpioLine[lineCount];
        for (int i = 0; i < lineCount; i++)
        {
            _lines[i] = new SimulatedGpioLine();
        }
    }

    /// <summary>Its name in messages.</summary>
    public string Name { get; }

    /// <summary>How many lines it has.</summary>
    public int LineCount => _lines.Length;

    /// <summary>Whether it is there.</summary>
    public bool IsPresent { get; private set; } = true;

    /// <summary>How many scripted levels have not come yet.</summary>
    public int Pending => _script.Count;

    /// <summary>Called when the level of a line that is an output has changed: its number, whether its voltage is high, and when.</summary>
    public event Action<int, bool, TimeSpan>? OutputChanged;

    /// <summary>Lines of this chip as a source for a loop.</summary>
    /// <param name="options">The lines.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The options contradict each other, or need more than one request can hold.</exception>
    public IGpioLines CreateLines(GpioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SimulatedGpioLines(this, options);
    }

    /// <summary>Gives a line a name.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="name">The name.</param>
    public void SetName(int line, string name) => At(line).Name = name;

    /// <summary>Drives a line from outside, now. On an output with <see cref="GpioDrive.PushPull"/> it has no effect until the line is released.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="level">Whether the voltage is high.</param>
    public void Drive(int line, bool level) => Set(line, level);

    /// <summary>Stops driving a line from outside, now: its bias decides.</summary>
    /// <param name="line">Its number.</param>
    public void Release(int line) => Set(line, null);

    /// <summary>Drives a line from outside at a time. Equal times keep the order of the calls.</summary>
    /// <param name="when">When, since the loop's start; a time that has passed means now.</param>
    /// <param name="line">Its number.</param>
    /// <param name="level">Whether the voltage is high.</param>
    public void At(TimeSpan when, int line, bool level)
    {
        _ = At(line);
        _script.Enqueue((line, level), (when, _scripted++));
    }

    /// <summary>A push-button between a line and ground, as real ones are: the contact bounces when it closes and when it opens. The line needs a pull-up, or is driven high before.</summary>
    /// <param name="when">When it is pressed, since the loop's start.</param>
    /// <param name="line">The line's number.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="bounces">How many times the contact opens again, both times.</param>
    /// <param name="bounceTime">The time between two changes while it bounces.</param>
    /// <exception cref="ArgumentException">The bouncing takes longer than the press.</exception>
    public void Press(TimeSpan when, int line, TimeSpan duration, int bounces = 0, TimeSpan bounceTime = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bounces);
        ArgumentOutOfRangeException.ThrowIfLessThan(bounceTime, TimeSpan.Zero);
        if (duration <= 2 * bounces * bounceTime)
        {
            throw new ArgumentException($"A press of {duration} is too short for {bounces} bounces of {bounceTime}.", nameof(duration));
        }

        for (int change = 0; change <= 2 * bounces; change++)
        {
            bool isClosed = change % 2 == 0;
            Contact(when + (change * bounceTime), isClosed);
            Contact(when + duration + (change * bounceTime), !isClosed);
        }

        void Contact(TimeSpan time, bool isClosed)
        {
            _ = At(line);
            _script.Enqueue((line, isClosed ? false : null), (time, _scripted++));
        }
    }

    /// <summary>Whether the voltage of a line is high, whoever drives it.</summary>
    /// <param name="line">Its number.</param>
    /// <returns>Its level now.</returns>
    public bool Level(int line)
    {
        SimulatedGpioLine one = At(line);
        CatchUp();
        return one.Level;
    }

    /// <summary>What is known of a line.</summary>
    /// <param name="line">Its number.</param>
    /// <returns>The line, as <c>LinuxGpioChip.Line</c> shows it.</returns>
    public GpioLineInfo Line(int line)
    {
        SimulatedGpioLine one = At(line);
        return new GpioLineInfo(
            line,
            one.Name,
            one.Holder ?? "",
            one.Holder is not null,
            one.Settings.Direction,
            one.Settings.Edges,
            one.Settings.Bias,
            one.Settings.Drive,
            one.Settings.ActiveLow,
            one.Debounce,
            one.Clock);
    }

    /// <summary>The number of the first line with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The line's number.</returns>
    /// <exception cref="IOException">There is no such line.</exception>
    public int FindLine(string name)
    {
        string[] names = Names();
        int line = Array.IndexOf(names, name);
        return line >= 0 ? line : throw GpioOffsets.NoSuchName(Name, name, names);
    }

    /// <summary>Has another program hold a line, so that requests for it fail.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="holder">The other program's name.</param>
    /// <exception cref="InvalidOperationException">The line is in use.</exception>
    public void Hold(int line, string holder)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        SimulatedGpioLine one = At(line);
        one.Holder = one.Holder is null ? holder : throw new InvalidOperationException($"{Name} line {line} is in use by '{one.Holder}'.");
    }

    /// <summary>Ends <see cref="Hold"/>.</summary>
    /// <param name="line">Its number.</param>
    /// <exception cref="InvalidOperationException">The line is in use by a source of this chip, or by nobody.</exception>
    public void EndHold(int line)
    {
        SimulatedGpioLine one = At(line);
        one.Holder = one.Holder is not null && one.User is null ? null : throw new InvalidOperationException($"{Name} line {line} is not held.");
    }

    /// <summary>Removes the chip: its sources see it gone. What is scripted goes on.</summary>
    public void Remove()
    {
        CatchUp();
        IsPresent = false;
        _attached.ForEach(static lines => lines.Gone());
    }

    /// <summary>Brings the chip back, for the next attach of its sources.</summary>
    public void Restore() => IsPresent = true;

    internal string[] Names() => [.. _lines.Select(static line => line.Name)];

    internal SimulatedGpioLine At(int line) =>
        (uint)line < (uint)_lines.Length ? _lines[line] : throw new ArgumentOutOfRangeException(nameof(line), line, $"{Name} has the lines 0 to {_lines.Length - 1}.");

    internal void Attach(SimulatedGpioLines lines)
    {
        _attached.Add(lines);
        CatchUp();
    }

    internal void Detach(SimulatedGpioLines lines) => _attached.Remove(lines);

    /// <summary>When something happens on the chip by itself.</summary>
    internal TimeSpan? NextChange
    {
        get
        {
            TimeSpan? next = _script.TryPeek(out _, out (TimeSpan When, long Number) first) ? first.When : null;
            foreach (SimulatedGpioLine line in _lines)
            {
                next = line.SettledAt is { } settled && !(next <= settled) ? settled : next;
            }

            return next;
        }
    }

    /// <summary>Lets everything happen that is due by now, each at its own time.</summary>
    internal void CatchUp()
    {
        TimeSpan now = _attached.Count > 0 ? _attached[0].LoopTime : _now;
        while (NextChange is { } next && next <= now)
        {
            _now = next > _now ? next : _now;
            if (_script.TryPeek(out (int Line, bool? Level) change, out (TimeSpan When, long Number) first) && first.When <= next)
            {
                _script.Dequeue();
                _lines[change.Line].External = change.Level;
                Update(change.Line);
            }
            else
            {
                Settle(next);
            }
        }

        _now = now > _now ? now : _now;
    }

    /// <summary>A line's level follows from who drives it, and its user hears of it.</summary>
    internal void Update(int line)
    {
        SimulatedGpioLine one = _lines[line];
        bool level = one.Resolve();
        if (level == one.Level)
        {
            return;
        }

        one.Level = level;
        if (one.Settings.Direction == GpioDirection.Output)
        {
            OutputChanged?.Invoke(line, level, _now);
        }

        if (one.Debounce > TimeSpan.Zero)
        {
            one.SettledAt = _now + one.Debounce; // every change begins it anew
        }
        else
        {
            one.Debounced = level;
            one.User?.OnLevel(line, level, _now);
        }
    }

    private void Settle(TimeSpan when)
    {
        for (int i = 0; i < _lines.Length; i++)
        {
            SimulatedGpioLine one = _lines[i];
            if (one.SettledAt == when)
            {
                one.SettledAt = null;
                if (one.Debounced != one.Level)
                {
                    one.Debounced = one.Level;
                    one.User?.OnLevel(i, one.Level, when);
                }
            }
        }
    }

    private void Set(int line, bool? level)
    {
        SimulatedGpioLine one = At(line);
        CatchUp();
        one.External = level;
        Update(line);
    }
}
