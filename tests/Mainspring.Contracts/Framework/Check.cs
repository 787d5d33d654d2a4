using System.Runtime.CompilerServices;

namespace Mainspring.Contracts;

/// <summary>Assertions that need no test framework.</summary>
public static class Check
{
    /// <summary>The condition holds.</summary>
    public static void True(bool condition, string? because = null, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
        {
            throw new CheckException($"not true: {expression}{Because(because)}");
        }
    }

    /// <summary>The condition does not hold.</summary>
    public static void False(bool condition, string? because = null, [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (condition)
        {
            throw new CheckException($"true, but should not be: {expression}{Because(because)}");
        }
    }

    /// <summary>Both are equal.</summary>
    public static void Equal<T>(T expected, T actual, string? because = null, [CallerArgumentExpression(nameof(actual))] string expression = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new CheckException($"{expression}: expected {expected}, was {actual}{Because(because)}");
        }
    }

    /// <summary>Both sequences have equal elements in the same order. The message shows both.</summary>
    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual, string? because = null)
    {
        T[] wanted = [.. expected], found = [.. actual];
        if (!wanted.SequenceEqual(found))
        {
            throw new CheckException($"expected [{string.Join(", ", wanted)}], was [{string.Join(", ", found)}]{Because(because)}");
        }
    }

    /// <summary>The action throws exactly this type of exception, which is returned.</summary>
    public static TException Throws<TException>(Action action, string? because = null)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException exception) when (exception.GetType() == typeof(TException))
        {
            return exception;
        }
        catch (Exception exception)
        {
            throw new CheckException($"expected {typeof(TException).Name}, but {exception.GetType().Name} was thrown: {exception.Message}{Because(because)}");
        }

        throw new CheckException($"expected {typeof(TException).Name}, but nothing was thrown{Because(because)}");
    }

    /// <summary>The text contains the part.</summary>
    public static void Contains(string part, string? text)
    {
        if (text?.Contains(part, StringComparison.Ordinal) != true)
        {
            throw new CheckException($"'{part}' is not in: {text}");
        }
    }

    private static string Because(string? reason) => reason is null ? "" : $" ({reason})";
}
