using System.Diagnostics;
using System.Globalization;

namespace Mainspring.Contracts;

/// <summary>Runs cases from a command line: all, or those whose name contains one of the arguments. The last line is the total.</summary>
/// <remarks>Options: <c>--repeat N</c> runs each N times, <c>--except NAME</c> skips those whose name contains it, <c>--list</c> only names them, <c>--verbose</c> also tells of the ones that begin and pass.</remarks>
public sealed class CaseRunner
{
    private readonly List<string> _filters = [];
    private readonly List<string> _exceptions = [];
    private readonly int _repeat = 1;
    private readonly bool _list, _verbose;
    private int _passed, _failed, _skipped;

    private CaseRunner(string[] arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--repeat" when i + 1 < arguments.Length:
                    _repeat = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--except" when i + 1 < arguments.Length:
                    _exceptions.Add(arguments[++i]);
                    break;
                case "--list":
                    _list = true;
                    break;
                case "--verbose":
                    _verbose = true;
                    break;
                default:
                    _filters.Add(arguments[i]);
                    break;
            }
        }
    }

    /// <summary>Runs what the arguments choose; returns the exit code: 0 when something passed and nothing failed.</summary>
    public static int Run(IEnumerable<Case> cases, string[] arguments) => new CaseRunner(arguments).Run(cases);

    private int Run(IEnumerable<Case> cases)
    {
        IEnumerable<Case> chosen = cases.Where(one => _filters.Count == 0 || _filters.Exists(one.Name.Contains));
        if (_list)
        {
            foreach (Case one in chosen)
            {
                Console.WriteLine(one.Name);
            }

            return 0;
        }

        foreach (Case one in chosen)
        {
            Run(one);
        }

        Console.WriteLine($"{_passed} passed, {_failed} failed, {_skipped} skipped");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }

    private void Run(Case one)
    {
        if (_verbose)
        {
            Console.WriteLine($"begins  {one.Name}");
        }

        if (_exceptions.Exists(one.Name.Contains))
        {
            _skipped++;
            Console.WriteLine($"skipped {one.Name}: --except");
            return;
        }

        long start = Stopwatch.GetTimestamp();
        try
        {
            for (int i = 0; i < _repeat; i++)
            {
                one.Run();
            }

            _passed++;
            if (_verbose)
            {
                Console.WriteLine($"passed  {one.Name}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            }
        }
        catch (SkipException exception)
        {
            _skipped++;
            Console.WriteLine($"skipped {one.Name}: {exception.Message}");
        }
        catch (Exception exception)
        {
            _failed++;
            Console.WriteLine($"FAILED  {one.Name}: {exception}");
        }
    }
}
