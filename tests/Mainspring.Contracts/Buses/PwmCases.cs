using Mainspring.Contracts.Core;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts.Buses;

/// <summary>PWM through sysfs. No machine of the tests has a PWM chip, so its kernel is played.</summary>
public sealed class PwmCases : VirtualLoopSuite
{
    private readonly PwmKernel _kernel = new();

    [Case]
    public void It_waits_until_udev_has_given_the_files_away_and_no_longer_than_that()
    {
        _kernel.Refusals = 5;
        Loop.Run(async LoopTask () => await Open());
        Check.Equal(Ms(50), Loop.Now);
        _kernel.IsExported = false;
        _kernel.Refusals = int.MaxValue;
        var error = Check.Throws<IOException>(() => Loop.Run(async LoopTask () => await Open()));
        Check.Equal(Ms(2050), Loop.Now);
        Check.Contains("/sys/class/pwm/pwmchip0/pwm1: opening it: permission denied", error.Message);
        Check.False(_kernel.IsExported, "given back");
    }

    [Case]
    public void The_duty_is_never_longer_than_the_period_and_only_what_changes_is_written() => Loop.Run(async LoopTask () =>
    {
        LinuxPwmChannel pwm = await Open();
        _kernel.Written.Clear();
        await pwm.SetAsync(Loop, PwmState.Of(1000, 0.5));
        Check.Sequence(["period=1000000", "duty_cycle=500000", "enable=1"], _kernel.Written);
        _kernel.Written.Clear();
        await pwm.SetAsync(Loop, PwmState.Of(100_000, 0.9));
        Check.Sequence(["duty_cycle=9000", "period=10000"], _kernel.Written, "shorter: the duty first");
        _kernel.Written.Clear();
        await pwm.SetAsync(Loop, PwmState.Of(50, 0.075));
        Check.Sequence(["period=20000000", "duty_cycle=1500000"], _kernel.Written, "longer: the period first");
        _kernel.Written.Clear();
        await pwm.SetAsync(Loop, PwmState.Of(50, 0.075));
        Check.Sequence([], _kernel.Written);
        await pwm.SetAsync(Loop, PwmState.Of(50, 0.075, inverted: true));
        Check.Sequence(["enable=0", "polarity=inversed", "enable=1"], _kernel.Written, "the polarity changes while it is off");
        Check.Equal(PwmState.Of(50, 0.075, inverted: true), pwm.State);
    });

    [Case]
    public void It_is_off_and_given_back_at_the_end_or_in_its_safe_state() => Loop.Run(async LoopTask () =>
    {
        LinuxPwmChannel pwm = await Open();
        await pwm.SetAsync(Loop, PwmState.Of(1000, 0.5));
        _kernel.Written.Clear();
        await pwm.CloseAsync(Loop);
        pwm.Dispose();
        Check.Sequence(["duty_cycle=0", "enable=0", "unexport=1"], _kernel.Written);
        bool isRefused = false;
        try
        {
            await pwm.SetAsync(Loop, PwmState.Of(1000, 0.5));
        }
        catch (ObjectDisposedException)
        {
            isRefused = true;
        }

        Check.True(isRefused);
        pwm = await Open(new PwmOptions { SafeState = PwmState.Of(1000, 0.1) });
        await pwm.SetAsync(Loop, PwmState.Of(1000, 0.9));
        _kernel.Written.Clear();
        pwm.Dispose();
        Check.Sequence(["duty_cycle=100000", "unexport=1"], _kernel.Written);
    });

    [Case]
    public void A_channel_that_is_exported_is_in_use_and_stays_so_unless_it_is_taken_over()
    {
        _kernel.IsExported = true;
        Loop.Run(async LoopTask () =>
        {
            string message = "";
            try
            {
                await Open();
            }
            catch (IOException exception)
            {
                message = exception.Message;
            }

            Check.Contains("in use", message);
            Check.Contains("PwmOptions.TakeOver", message);
            Check.True(_kernel.IsExported, "it was another one's");
            (await Open(new PwmOptions { TakeOver = true })).Dispose();
            Check.False(_kernel.IsExported);
        });
    }

    [Case]
    public void A_chip_or_channel_that_is_not_there_is_told()
    {
        Check.Contains("pwmchip7: there is no such PWM chip", Message(7, 0));
        Check.Contains("pwmchip0 has 2, from 0", Message(0, 2));

        string Message(int chip, int channel) =>
            Check.Throws<IOException>(() => Loop.Run(async LoopTask () => await LinuxPwmChannel.OpenAsync(Loop, _kernel, chip, channel, null, default))).Message;
    }

    [Case]
    public void A_loop_that_is_disposed_while_it_opens_a_channel_gives_it_back()
    {
        _kernel.Refusals = int.MaxValue;
        Loop.CallSoon(() => Open().Forget());
        RunFor(Ms(50));
        Check.True(_kernel.IsExported);
        Loop.Dispose();
        Check.False(_kernel.IsExported, "otherwise the next program finds it in use");
    }

    [Case]
    public void A_refused_state_leaves_the_last_one_known() => Loop.Run(async LoopTask () =>
    {
        LinuxPwmChannel pwm = await Open();
        await pwm.SetAsync(Loop, PwmState.Of(1000, 0.5));
        bool isRefused = false;
        try
        {
            await pwm.SetAsync(Loop, new PwmState { PeriodNs = 10, DutyNs = 11 });
        }
        catch (ArgumentException)
        {
            isRefused = true;
        }

        Check.True(isRefused);
        Check.Equal(PwmState.Of(1000, 0.5), pwm.State);
    });

    [Case]
    public void Its_files_are_files()
    {
        Sys.NeedsLinux();
        string root = Directory.CreateTempSubdirectory("mainspring-").FullName;
        try
        {
            string channel = Directory.CreateDirectory(Path.Combine(root, "pwmchip3", "pwm0")).FullName;
            foreach ((string name, string text) in new[] { ("period", "20000000\n"), ("duty_cycle", "1000000\n"), ("polarity", "normal\n"), ("enable", "1\n"), ("../npwm", "1\n"), ("../export", ""), ("../unexport", "") })
            {
                File.WriteAllText(Path.Combine(channel, name), text);
            }

            Loop.Run(async LoopTask () =>
            {
                LinuxPwmChannel pwm = await LinuxPwmChannel.OpenAsync(Loop, new SysfsFolder(root), 3, 0, null, default);
                Check.Equal(PwmState.Of(50, 0.05), pwm.State, "what it puts out stays");
                await pwm.SetAsync(Loop, PwmState.Of(100, 0.5));
                Check.Equal("10000000 5000000", $"{File.ReadAllText(Path.Combine(channel, "period"))} {File.ReadAllText(Path.Combine(channel, "duty_cycle"))}");
                pwm.Dispose();
                Check.Equal("0 0", $"{File.ReadAllText(Path.Combine(channel, "duty_cycle"))} {File.ReadAllText(Path.Combine(channel, "enable"))}");
                Check.Equal("0 0", $"{File.ReadAllText(Path.Combine(root, "pwmchip3", "export"))} {File.ReadAllText(Path.Combine(root, "pwmchip3", "unexport"))}");
            });
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private LoopTask<LinuxPwmChannel> Open(PwmOptions? options = null) => LinuxPwmChannel.OpenAsync(Loop, _kernel, 0, 1, options, default);
}
