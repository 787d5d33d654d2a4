using System.Reflection;
using System.Text;

namespace Mainspring.Tests;

/// <summary>The public API of each library is what was reviewed: a change of it shows as a change of a text file.</summary>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "MAINSPRING_ACCEPT_API";

    [Theory]
    [InlineData("Mainspring")]
    [InlineData("Mainspring.Devices")]
    [InlineData("Mainspring.Devices.Glfw")]
    [InlineData("Mainspring.Devices.Linux")]
    [InlineData("Mainspring.Devices.Simulation")]
    [InlineData("Mainspring.Devices.Windows")]
    [InlineData("Mainspring.Hosting")]
    [InlineData("Mainspring.Processes")]
    [InlineData("Mainspring.Net")]
#if HAS_PORTS
    [InlineData("Mainspring.Devices.Ports")]
#endif
#if HAS_IOT
    [InlineData("Mainspring.Devices.Iot")]
#endif
#if HAS_SILK
    [InlineData("Mainspring.Devices.Silk")]
#endif
    public void PublicApi_OfEachLibrary_IsTheReviewedOne(string library)
    {
        string actual = PublicApiText.Of(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(AcceptVariable) is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, library + ".txt"), actual);
            return;
        }

        string path = Path.Combine(AppContext.BaseDirectory, "PublicApi", library + ".txt");
        string reviewed = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (actual != reviewed)
        {
            Assert.Fail(
                $"The public API of {library} is not the one in tests/Mainspring.Tests/PublicApi/{library}.txt.\n"
                + Difference(reviewed, actual)
                + "If the change is meant, accept it with `./build.sh api`, and have the changed text reviewed.\n");
        }
    }

    /// <summary>The lines that went and came, below the type that they belong to.</summary>
    private static string Difference(string reviewed, string actual)
    {
        List<(string Type, string Line)> before = Lines(reviewed);
        List<(string Type, string Line)> after = Lines(actual);
        var changes = before.Except(after).Select(l => (l.Type, Text: "    - " + l.Line.Trim()))
            .Concat(after.Except(before).Select(l => (l.Type, Text: "    + " + l.Line.Trim())))
            .GroupBy(c => c.Type, c => c.Text)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (IGrouping<string, string> type in changes)
        {
            text.Append("  ").Append(type.Key).Append('\n').AppendJoin('\n', type).Append('\n');
        }

        return text.Length == 0 ? "  (only the order of the lines changed)\n" : text.ToString();
    }

    /// <summary>Each line with the header of its type.</summary>
    private static List<(string Type, string Line)> Lines(string text)
    {
        var lines = new List<(string Type, string Line)>();
        string type = "";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line.StartsWith(' ') ? type : line;
            lines.Add((type, line));
        }

        return lines;
    }
}
