using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Mainspring.Hosts;

/// <summary>What the command lines of all programs have in common: how arguments are refused, and with which exit codes programs end.</summary>
internal static class HostCommand
{
    /// <summary>All went well.</summary>
    public const int Done = 0;

    /// <summary>A device or the system refuses, or the output could not be written.</summary>
    public const int Refused = 1;

    /// <summary>Nobody reads the output any more, as in <c>| head</c>: what a shell says of a program that SIGPIPE has ended, 128 and its number (signal(7)).</summary>
    public const int ReaderGone = 128 + 13;

    /// <summary>What was asked for is wrong: arguments, or a file.</summary>
    public const int BadArguments = 2;

    /// <summary>Parses the arguments and runs the command that they name.</summary>
    /// <param name="program">The program's name, which stands before every message.</param>
    /// <param name="root">Its commands.</param>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code.</returns>
    public static int Invoke(string program, RootCommand root, string[] args)
    {
        ParseResult result = root.Parse(args);
        if (result.Errors.Count == 0)
        {
            return result.Invoke();
        }

        if (result.CommandResult.Command is RootCommand { Subcommands.Count: > 0 } && result.UnmatchedTokens is [var word, ..])
        {
            Console.Error.WriteLine($"{program}: '{word}' is no command; give {string.Join(" or ", root.Subcommands.Select(static command => command.Name))}");
        }
        else
        {
            foreach (ParseError error in result.Errors)
            {
                Console.Error.WriteLine($"{program}: {error.Message}");
            }
        }

        Console.Error.WriteLine($"Try '{program} {(result.CommandResult.Command is RootCommand ? "" : $"{result.CommandResult.Command.Name} ")}--help'.");
        return BadArguments;
    }

    /// <summary>Parses every argument of an option; a <see cref="FormatException"/> becomes a message that begins with the option's name.</summary>
    /// <typeparam name="T">What an argument is.</typeparam>
    /// <param name="argument">The arguments.</param>
    /// <param name="parse">Parses one.</param>
    /// <returns>What they are; without those that were refused.</returns>
    public static T[] ParseAll<T>(ArgumentResult argument, Func<string, T> parse)
    {
        var parsed = new List<T>();
        foreach (Token token in argument.Tokens)
        {
            try
            {
                parsed.Add(parse(token.Value));
            }
            catch (FormatException exception)
            {
                argument.AddError(argument.Parent is OptionResult option ? $"{option.Option.Name}: {exception.Message}" : exception.Message);
            }
        }

        return [.. parsed];
    }

    /// <summary>Parses the one argument of an option, as <see cref="ParseAll"/>.</summary>
    public static T? Parse<T>(ArgumentResult argument, Func<string, T> parse) => ParseAll(argument, parse) is [var one, ..] ? one : default;

    /// <summary>Parses a number.</summary>
    /// <param name="text">The number, with a point if with anything.</param>
    /// <param name="isRight">Whether it is in its range.</param>
    /// <param name="wanted">What to give instead, for the message: "give frames per second".</param>
    /// <exception cref="FormatException">It is none, or out of its range.</exception>
    public static double Number(string text, Func<double, bool> isRight, string wanted) =>
        !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || double.IsNaN(number) ? throw new FormatException($"'{text}' is not a number; {wanted}")
        : isRight(number) ? number
        : throw new FormatException($"'{text}' is out of range; {wanted}");
}
