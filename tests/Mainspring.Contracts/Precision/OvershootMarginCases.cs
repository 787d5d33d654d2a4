namespace Mainspring.Contracts;

/// <summary>How the spin's margin follows what this machine's waits overshoot, fed by hand.</summary>
public sealed class OvershootMarginCases
{
    private const long Us = 1_000;

    private readonly OvershootMargin _margin = new();

    [Case]
    public void It_grows_until_what_always_comes_fits()
    {
        Feed(150 * Us, 20);
        Check.True(_margin.Ns >= 150 * Us, $"{_margin.Ns} ns");
        Feed(150 * Us, 10_000);
        Check.True(_margin.Ns is >= 149 * Us and <= 190 * Us, $"{_margin.Ns} ns: it stays there");
    }

    [Case]
    public void It_shrinks_when_the_machine_becomes_quick()
    {
        Feed(900 * Us, 50);
        Check.True(_margin.Ns >= 900 * Us);
        Feed(30 * Us, 10_000);
        Check.True(_margin.Ns is >= 29 * Us and <= 40 * Us, $"{_margin.Ns} ns");
    }

    [Case]
    public void It_has_a_floor_and_a_cap()
    {
        Feed(0, 100_000);
        Check.Equal(OvershootMargin.FloorNs, _margin.Ns);
        Feed(Nanoseconds.PerSecond, 1_000);
        Check.Equal(OvershootMargin.CapNs, _margin.Ns);
        Feed(Nanoseconds.PerSecond, 1);
        Check.Equal(OvershootMargin.CapNs, _margin.Ns);
    }

    [Case]
    public void One_outlier_costs_a_quarter_whatever_its_size()
    {
        Feed(60 * Us, 10_000);
        long before = _margin.Ns;
        _margin.Learn(Nanoseconds.PerSecond);
        Check.Equal(before + (before / 4), _margin.Ns);
        Feed(60 * Us, 1_000);
        Check.True(_margin.Ns <= 76 * Us, $"{_margin.Ns} ns: forgotten");
    }

    [Case]
    public void It_covers_all_but_one_in_a_hundred_of_a_changing_lateness()
    {
        var random = new Random(5);
        int missed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long overshoot = (50 * Us) + (random.Next(100) * Us) + (random.Next(50) == 0 ? 200 * Us : 0);
            missed += i >= 1_000 && overshoot > _margin.Ns ? 1 : 0;
            _margin.Learn(overshoot);
        }

        Check.True(missed is > 19 and < 190, $"{missed} of 19,000 did not fit");
    }

    [Case]
    public void A_loop_of_waits_shorter_than_the_margin_sleeps_again()
    {
        Feed(Nanoseconds.PerSecond, 100); // 2 ms
        int waits = 0;
        while (_margin.Ns >= 1_000 * Us)
        {
            _margin.Skip(1_000 * Us); // 1 kHz: no wait was long enough to sleep in
            waits++;
        }

        Check.True(waits < 1_000, $"{waits} waits");
    }

    [Case]
    public void Waits_much_shorter_than_the_margin_do_not_change_it()
    {
        long before = _margin.Ns;
        for (int i = 0; i < 10_000; i++)
        {
            _margin.Skip((before / 2) - 1);
        }

        Check.Equal(before, _margin.Ns);
    }

    private void Feed(long overshootNs, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _margin.Learn(overshootNs);
        }
    }
}
