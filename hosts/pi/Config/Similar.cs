namespace Mainspring.Pi;

/// <summary>Finds what a person may have meant.</summary>
internal static class Similar
{
    private const int LongestWord = 64; // a longer one is no slip of the finger, and comparing takes its length squared

    /// <summary>The candidate that is nearest to a word, when it is near enough to be meant.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        if (word.Length > LongestWord)
        {
            return best;
        }

        int least = Math.Max(1, word.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary><c>; did you mean 'x'?</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) => To(word, candidates) is { } meant ? $"; did you mean '{meant}'?" : "";

    // Insertions, deletions, replacements and swaps of neighbours.
    private static int Distance(string a, string b)
    {
        int[,] costs = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    costs[i, j] = i + j;
                    continue;
                }

                int cost = Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost = Math.Min(cost, costs[i - 2, j - 2] + 1);
                }

                costs[i, j] = cost;
            }
        }

        return costs[a.Length, b.Length];
    }
}
