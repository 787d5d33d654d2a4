// Runs the contract cases in a native program: all, or those whose name contains one of the arguments. "--repeat N" runs each N times.
using Mainspring.Contracts;

int repeat = 1;
var filters = new List<string>();
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--repeat" && i + 1 < args.Length && int.TryParse(args[++i], out int times))
    {
        repeat = times;
    }
    else
    {
        filters.Add(args[i]);
    }
}

int passed = 0, failed = 0, skipped = 0;
foreach (Case one in Case.All.Where(one => filters.Count == 0 || filters.Exists(one.Name.Contains)))
{
    string? problem = null, skip = null;
    for (int i = 0; i < repeat && problem is null && skip is null; i++)
    {
        try
        {
            one.Run();
        }
        catch (SkipException exception)
        {
            skip = exception.Message;
        }
        catch (Exception exception)
        {
            problem = exception.ToString();
        }
    }

    if (problem is not null)
    {
        failed++;
        Console.WriteLine($"FAILED  {one.Name}: {problem}");
    }
    else if (skip is not null)
    {
        skipped++;
        Console.WriteLine($"skipped {one.Name}: {skip}");
    }
    else
    {
        passed++;
    }
}

Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 && passed > 0 ? 0 : 1;
