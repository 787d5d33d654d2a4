using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Text.RegularExpressions;
using Mainspring.Contracts;
using Mainspring.Net;
using Mainspring.Processes;

namespace Mainspring.Tests;

/// <summary>docs/asyncio.md: its lines are complete and true, and what it shows runs.</summary>
public sealed partial class AsyncioTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "asyncio");
    private static readonly Row[] s_rows = [.. Rows()];

    // Where members are looked for: ours, and what of the framework the page names.
    private static readonly ILookup<string, Type> s_types =
        new[] { typeof(MainLoop), typeof(Connection), typeof(ChildProcess), typeof(object), typeof(Socket), typeof(System.Net.IPAddress), typeof(SslStream) }
            .SelectMany(static type => type.Assembly.GetExportedTypes())
            .ToLookup(static type => type.Name.Split('`')[0]);

    /// <summary>The examples, but those that need something from outside.</summary>
    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(s_folder, "expected"), "*.txt").Select(static file => Path.GetFileNameWithoutExtension(file)).Where(static name => name is not ("snippets" or "signal-handlers"))];

    /// <summary>No name of Python's pages is left out, and none is there twice.</summary>
    [Fact]
    public void Every_name_has_its_line()
    {
        string[] names = File.ReadAllLines(Path.Combine(s_folder, "asyncio-names.txt"));
        Assert.Equal(names.Order(StringComparer.Ordinal), s_rows.Select(static row => row.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Each type and member that a line names is public.</summary>
    [Fact]
    public void Every_member_exists() => Assert.All(s_rows.SelectMany(static row => Quoted(row.Here)).Distinct(), static name => Assert.True(Exists(name), name));

    /// <summary>Each line has at least one test, and that exists; only what is not here has none.</summary>
    [Fact]
    public void Every_test_exists()
    {
        HashSet<string> tests = [.. Case.All.Select(static one => one.Name), .. typeof(AsyncioTests).GetMethods().Select(static method => $"{nameof(AsyncioTests)}.{method.Name}")];
        Assert.All(s_rows.SelectMany(static row => Quoted(row.Proof)), name => Assert.Contains(name, tests));
        Assert.All(s_rows.Where(static row => !row.IsMissing), static row => Assert.True(Quoted(row.Proof).Length > 0 && row.Program.Length > 0, row.Name));
    }

    /// <summary>Each program that a line names is in the file that it names, and is known to the one that runs them.</summary>
    [Fact]
    public void Every_program_exists()
    {
        string[] programs = Run("").Output.ReplaceLineEndings("\n").Split('\n');
        foreach (Row row in s_rows.Where(static row => row.Program.Length > 0))
        {
            Match link = Link().Match(row.Program);
            Assert.True(link.Success, row.Program);
            Assert.Contains(link.Groups["name"].Value, programs);
            string source = File.ReadAllText(Path.Combine(s_folder, link.Groups["file"].Value));
            Assert.Contains(link.Groups["file"].Value.StartsWith("Snippets", StringComparison.Ordinal) ? $" void {link.Groups["name"].Value}()" : " void Run()", source, StringComparison.Ordinal);
        }
    }

    /// <summary>Each example prints what is expected, to the letter; {n} stands for a number and {hex} for bytes.</summary>
    /// <param name="name">Its name.</param>
    [Theory]
    [MemberData(nameof(Examples))]
    public void The_examples_print_what_the_originals_print(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux"); // its network, programs and descriptors
        AssertPrints(name, Run(name));
    }

    /// <summary>All snippets, one after the other.</summary>
    [Fact]
    public void The_snippets_print_what_they_say()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        AssertPrints("snippets", Run("snippets", "typed\n"));
    }

    /// <summary>It waits for a signal, and so gets one.</summary>
    [Fact]
    public void The_signal_handlers_print_what_the_original_prints()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using Process process = Start("signal-handlers");
        string output = $"{process.StandardOutput.ReadLine()}\n{process.StandardOutput.ReadLine()}\n";
        Run("kill", ["-TERM", $"{process.Id}"]);
        output += process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        AssertPrints("signal-handlers", (output, process.ExitCode));
    }

    /// <summary>As PYTHONASYNCIODEBUG does.</summary>
    [Fact]
    public void The_environment_switches_debug_mode_on()
    {
        Assert.Contains("False", Run("debug").Output, StringComparison.Ordinal);
        Assert.Contains("True", Run("debug", environment: "1").Output, StringComparison.Ordinal);
    }

    private static void AssertPrints(string name, (string Output, int Code) run)
    {
        string expected = File.ReadAllText(Path.Combine(s_folder, "expected", $"{name}.txt"));
        string pattern = Regex.Escape(expected).Replace(@"\{n}", "[0-9]+", StringComparison.Ordinal).Replace(@"\{hex}", "[0-9A-F]+", StringComparison.Ordinal);
        if (!Regex.IsMatch(run.Output, $"^{pattern}$"))
        {
            Assert.Equal(expected, run.Output); // shows where
        }

        Assert.Equal(0, run.Code);
    }

    private static (string Output, int Code) Run(string name, string input = "", string? environment = null)
    {
        using Process process = Start(name, environment);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, process.ExitCode);
    }

    private static void Run(string program, string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
    }

    private static Process Start(string name, string? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mainspring-asyncio.dll"), .. name.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["MAINSPRING_DEBUG"] = environment ?? "";
        start.Environment["DOTNET_ROLL_FORWARD"] = "LatestMajor"; // the libraries beside it are those of the tests
        return Process.Start(start)!;
    }

    private static IEnumerable<Row> Rows() =>
        from line in File.ReadLines(Path.Combine(s_folder, "asyncio.md"))
        where line.StartsWith("| `", StringComparison.Ordinal)
        let cells = line.Split('|')
        select cells.Length == 6 ? new Row(cells[1].Trim().Trim('`'), cells[2].Trim(), cells[3].Trim(), cells[4].Trim()) : throw new InvalidDataException($"four cells: {line}");

    private static string[] Quoted(string cell) => [.. Code().Matches(cell).Select(static match => match.Groups[1].Value)];

    private static bool Exists(string name)
    {
        string[] parts = name.Split('.');
        return s_types[parts[0]].Any(type => parts.Length == 1 || type.GetMember(parts[1], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy).Length > 0);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\[(?<name>[\w-]+)\]\(samples/asyncio/(?<file>[\w/]+\.cs)\)$")]
    private static partial Regex Link();

    private sealed record Row(string Name, string Here, string Program, string Proof)
    {
        public bool IsMissing => Here.StartsWith("not here: ", StringComparison.Ordinal);
    }
}
