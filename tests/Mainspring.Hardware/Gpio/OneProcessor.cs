using System.Globalization;
using System.Runtime.InteropServices;
using Mainspring.Contracts;

namespace Mainspring.Hardware.Gpio;

/// <summary>
/// Has the threads that the kernel runs for lines share the first processor with who toggles these lines, whose interrupts come there too. Then every edge is handled before the next one is made.
/// </summary>
internal static unsafe partial class OneProcessor
{
    /// <summary>The threads of lines, which are named like "irq/24-flood".</summary>
    public static void TakeThreadsOf(string consumer, int lines)
    {
        int[] threads = [.. Directory.GetDirectories("/proc").Where(path => IsThreadOf(consumer, path)).Select(static path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];
        Check.True(threads.Length >= lines, $"{threads.Length} threads for {lines} lines; those of a chip that was removed while it was used stay for ever (kernel 6.1)");
        Array.ForEach(threads, Take);
    }

    public static void TakeThisThread() => Take(0);

    private static bool IsThreadOf(string consumer, string process)
    {
        try
        {
            string name = File.ReadAllText($"{process}/comm").TrimEnd();
            return name.StartsWith("irq/", StringComparison.Ordinal) && name.EndsWith($"-{consumer}", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // no process, or one that has ended
        }
    }

    private static void Take(int thread)
    {
        ulong first = 1;
        Check.Equal(0, SetAffinity(thread, sizeof(ulong), &first));
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);
}
