using System.Text;

namespace Mainspring.Devices.Linux.Tests;

/// <summary>The cases of lines that are easy to get wrong; random ones are among the contract cases.</summary>
public sealed class LineFramerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "[]")]
    [InlineData("\r\n", "[]")]
    [InlineData("\r\r\n", "[\r]")]
    [InlineData("a\rb\n", "[a\rb]")]
    [InlineData("abc\nabc\r\n", "[abc][abc]")]
    [InlineData("abcd\n", "[abcd]")]
    [InlineData("abcd\r\n", "[abcd]")]
    [InlineData("abcde\n", "<5>")]
    [InlineData("abcde\r\n", "<5>")]
    [InlineData("abcd\r\r\n", "<5>")]
    [InlineData("0123456789\nok\n", "<10>[ok]")]
    [InlineData("unfinished", "")]
    public void EveryWayOfCuttingIt_GivesTheSame(string text, string expected)
    {
        for (int cut = 0; cut <= text.Length; cut++)
        {
            var framer = new LineFramer(new LineFraming(4));
            string found = Feed(framer, text[..cut]) + Feed(framer, text[cut..]);
            Assert.Equal(expected, found);
            Assert.Equal(text.Length - text.LastIndexOf('\n') - 1, framer.PendingBytes);
        }

        var single = new LineFramer(new LineFraming(4));
        Assert.Equal(expected, string.Concat(text.Select(c => Feed(single, c.ToString()))));
    }

    [Fact]
    public void Reset_DropsTheBeginningAndSaysHowLongItWas()
    {
        var framer = new LineFramer(new LineFraming(4));
        Feed(framer, "more than four\r");
        Assert.Equal(15, framer.Reset());
        Assert.Equal("[new]", Feed(framer, "new\n"));
        Assert.Equal(0, framer.Reset());
    }

    private static string Feed(LineFramer framer, string text)
    {
        var found = new StringBuilder();
        ReadOnlySpan<byte> input = Encoding.ASCII.GetBytes(text);
        while (framer.Read(ref input, out ReadOnlySpan<byte> line, out long length) is var kind && kind != FramedKind.None)
        {
            found.Append(kind == FramedKind.TooLong ? $"<{length}>" : $"[{Encoding.ASCII.GetString(line)}]");
        }

        return found.ToString();
    }
}
