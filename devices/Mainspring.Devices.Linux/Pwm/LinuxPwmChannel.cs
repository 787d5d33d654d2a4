using System.Globalization;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A channel of the kernel's PWM chips, through sysfs (kernel: Documentation/driver-api/pwm.rst). What it writes is short, but the chip may stand behind a bus and sleep: so the writes run on
/// the thread pool, one change after the other, and only <see cref="Dispose"/> writes in the call.
/// </summary>
public sealed class LinuxPwmChannel : IPwmChannel
{
    private const string Root = "/sys/class/pwm";
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    private readonly SysfsFolder _files;
    private readonly string _chip;
    private readonly int _channel;
    private readonly PwmOptions _options;
    private readonly ExecutorQueue _queue;
    private readonly Lock _writing = new(); // Dispose, against a change that runs
    private PwmState _state;                // guarded by _writing
    private bool _isExported;               // guarded by _writing
    private volatile bool _isDisposed;

    private LinuxPwmChannel(SysfsFolder files, string chip, int channel, PwmOptions options)
    {
        (_files, _chip, _channel, _options) = (files, chip, channel, options);
        Name = $"{files.Root}/{chip}/pwm{channel}";
        _queue = new ExecutorQueue(Name);
    }

    /// <summary>Its folder.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public PwmState State
    {
        get
        {
            lock (_writing)
            {
                return _state;
            }
        }
    }

    /// <summary>The PWM chips of this machine, as the N of pwmchipN. Reads sysfs.</summary>
    /// <returns>The numbers, sorted.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<int> Chips()
    {
        LinuxOnly.Check(Root, nameof(LinuxPwmChannel), LinuxOnly.PwmInstead);
        return Chips(Root);
    }

    /// <summary>Exports a channel and waits until its files are writable, not on the loop's thread. What it puts out stays as it is.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="chip">The N of /sys/class/pwm/pwmchipN.</param>
    /// <param name="channel">The channel of the chip, from 0.</param>
    /// <param name="options">How it is opened and left; null is the defaults.</param>
    /// <param name="cancellationToken">Ends the wait; the channel is given back.</param>
    /// <returns>The channel; an <see cref="IOException"/> when it is not there, in use, or may not be used, whose message says what to do.</returns>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static LoopTask<LinuxPwmChannel> OpenAsync(MainLoop loop, int chip, int channel, PwmOptions? options = null, CancellationToken cancellationToken = default)
    {
        LinuxOnly.Check($"{Root}/pwmchip{chip}", nameof(LinuxPwmChannel), LinuxOnly.PwmInstead);
        return OpenAsync(loop, new SysfsFolder(Root), chip, channel, options, cancellationToken);
    }

    /// <inheritdoc/>
    public async LoopTask SetAsync(MainLoop loop, PwmState state, CancellationToken cancellationToken = default)
    {
        state.Check(Name);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _queue.Run(loop, static (work, _) => work.Channel.Set(work.State), (Channel: this, State: state), cancellationToken);
    }

    /// <inheritdoc/>
    public async LoopTask CloseAsync(MainLoop loop) => await _queue.Run(loop, static (channel, _) => channel.Close(), this);

    /// <summary>Puts it into its safe state and gives it back, in the call. What waits fails with <see cref="ObjectDisposedException"/>.</summary>
    /// <exception cref="IOException">The driver refuses the safe state; it was given back all the same.</exception>
    public void Dispose() => Close();

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static async LoopTask<LinuxPwmChannel> OpenAsync(
        MainLoop loop, SysfsFolder files, int chip, int channel, PwmOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentOutOfRangeException.ThrowIfNegative(chip);
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        options ??= new PwmOptions();
        var opened = new LinuxPwmChannel(files, $"pwmchip{chip}", channel, options);
        try
        {
            await opened._queue.Run(loop, static (channel, _) => channel.Export(), opened, cancellationToken);
            for (TimeSpan waited = TimeSpan.Zero; ; waited += s_step)
            {
                Errno error = await opened._queue.Run(loop, static (channel, _) => channel.TryBegin(), opened, cancellationToken);
                if (error == Errno.None)
                {
                    return opened;
                }

                bool isComing = error == Errno.NoEntry || error == Errno.Access || error == Errno.Permission;
                if (!isComing || waited >= options.ReadyTimeout)
                {
                    throw opened.Failure(error, "opening it");
                }

                await loop.Delay(s_step, cancellationToken);
            }
        }
        catch
        {
            try
            {
                await opened._queue.Run(loop, static (channel, _) => channel.Abandon(), opened, CancellationToken.None);
            }
            catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException)
            {
                opened.Abandon(); // the loop is being disposed: in the call, as Dispose does it
            }

            throw;
        }
    }

    private static List<int> Chips(string root)
    {
        var chips = new List<int>();
        if (Directory.Exists(root))
        {
            foreach (string folder in Directory.EnumerateFileSystemEntries(root, "pwmchip*"))
            {
                if (int.TryParse(Path.GetFileName(folder.AsSpan())[7..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                {
                    chips.Add(number);
                }
            }
        }

        chips.Sort();
        return chips;
    }

    private int Export()
    {
        if (!_files.HasFolder(_chip))
        {
            List<int> chips = Chips(_files.Root);
            throw new IOException(
                $"{_files.Root}/{_chip}: there is no such PWM chip; {(chips.Count == 0 ? "this machine shows none: load its driver (on a Raspberry Pi dtoverlay=pwm in config.txt)" : $"there are {string.Join(", ", chips.Select(static n => $"pwmchip{n}"))}")}.",
                Errno.NoEntry.Number);
        }

        string count = _files.Read($"{_chip}/npwm", out _);
        if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int channels) && _channel >= channels)
        {
            throw new IOException($"{Name}: there is no such channel; {_chip} has {channels}, from 0.", Errno.NoDevice.Number);
        }

        Errno error;
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            error = _files.Write($"{_chip}/export", Text(_channel));
            if (error == Errno.None || (error == Errno.Busy && _options.TakeOver && _files.HasFolder($"{_chip}/pwm{_channel}")))
            {
                _isExported = true;
                return 0;
            }
        }

        throw error == Errno.Busy
            ? new IOException(
                $"{Name}: in use: by a driver of the kernel, by another program, or exported by one that was killed; end that, or set PwmOptions.TakeOver to take a channel that is exported.", error.Number)
            : Failure(error, "exporting it");
    }

    // Reads what it puts out, once it may be written.
    private Errno TryBegin()
    {
        lock (_writing)
        {
            string[] files = ["period", "duty_cycle", "polarity", "enable"];
            foreach (string file in files)
            {
                if (_files.TryOpenForWriting($"{_chip}/pwm{_channel}/{file}") is var refusal && refusal != Errno.None)
                {
                    return refusal;
                }
            }

            _state = new PwmState
            {
                PeriodNs = Number("period", out Errno error),
                DutyNs = error == Errno.None ? Number("duty_cycle", out error) : 0,
                IsEnabled = error == Errno.None && Number("enable", out error) != 0,
                IsInverted = error == Errno.None && Read("polarity", out error) == "inversed",
            };
            return error;
        }
    }

    private int Set(PwmState state)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Apply(state);
            return 0;
        }
    }

    // In an order in which the duty is never longer than the period, and the polarity changes only while it is off: otherwise drivers refuse.
    private void Apply(PwmState state)
    {
        if (_state.IsEnabled && (!state.IsEnabled || state.IsInverted != _state.IsInverted))
        {
            Put("enable", "0");
            _state = _state with { IsEnabled = false };
        }

        if (state.PeriodNs < _state.PeriodNs)
        {
            PutDuty(state.DutyNs);
            PutPeriod(state.PeriodNs);
        }
        else
        {
            PutPeriod(state.PeriodNs);
            PutDuty(state.DutyNs);
        }

        if (state.IsInverted != _state.IsInverted)
        {
            Put("polarity", state.IsInverted ? "inversed" : "normal");
            _state = _state with { IsInverted = state.IsInverted };
        }

        if (state.IsEnabled && !_state.IsEnabled)
        {
            Put("enable", "1");
            _state = _state with { IsEnabled = true };
        }
    }

    private void PutPeriod(long ns)
    {
        if (ns != _state.PeriodNs)
        {
            Put("period", Text(ns));
            _state = _state with { PeriodNs = ns };
        }
    }

    private void PutDuty(long ns)
    {
        if (ns != _state.DutyNs)
        {
            Put("duty_cycle", Text(ns));
            _state = _state with { DutyNs = ns };
        }
    }

    private int Close()
    {
        lock (_writing)
        {
            if (_isDisposed)
            {
                return 0;
            }

            _isDisposed = true;
            try
            {
                if (_options.SafeState is { } safe)
                {
                    safe.Check(Name);
                    Apply(safe);
                }
                else
                {
                    PutDuty(0);
                    Apply(_state with { IsEnabled = false });
                }
            }
            finally
            {
                Unexport();
            }

            return 0;
        }
    }

    // It was never opened: what it puts out stays.
    private int Abandon()
    {
        lock (_writing)
        {
            _isDisposed = true;
            Unexport();
            return 0;
        }
    }

    // What fails here fails because the chip is gone.
    private void Unexport()
    {
        if (_isExported)
        {
            _isExported = false;
            _ = _files.Write($"{_chip}/unexport", Text(_channel));
        }
    }

    private void Put(string file, string text)
    {
        Errno error = _files.Write($"{_chip}/pwm{_channel}/{file}", text);
        if (error != Errno.None)
        {
            throw Failure(error, $"writing '{text}' to {file}");
        }
    }

    private string Read(string file, out Errno error) => _files.Read($"{_chip}/pwm{_channel}/{file}", out error);

    private long Number(string file, out Errno error)
    {
        string text = Read(file, out error);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private IOException Failure(Errno error, string what) => new(
        $"{Name}: {what}: " + error switch
        {
            _ when error == Errno.Access || error == Errno.Permission =>
                "permission denied; give the folder to a group of the user's by a udev rule (Raspberry Pi OS has one for the group 'gpio'), or run as root.",
            _ when error == Errno.Invalid => "the driver refuses; it cannot do this period, duty or polarity.",
            _ when error == Errno.NoEntry || error == Errno.NoDevice => "it is gone: its driver was unloaded, or somebody has unexported it.",
            _ => $"{error.Message}.",
        },
        error.Number);
}
