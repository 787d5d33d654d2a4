using System.Globalization;

namespace Mainspring.Devices.Linux;

/// <summary>The process groups in which a shell runs its jobs (credentials(7), proc_pid_stat(5)).</summary>
internal static class ProcessGroups
{
    /// <summary>
    /// Whether nobody could continue this process once it has stopped: no ancestor stands outside of its group and in its session, as a shell with job control does (setpgid(2), "orphaned process group").
    /// </summary>
    public static bool IsOrphaned()
    {
        (int parent, int group, int session) = Of(Environment.ProcessId);
        while (parent > 0)
        {
            (int next, int otherGroup, int otherSession) = Of(parent);
            if (otherGroup != group)
            {
                return otherSession != session;
            }

            parent = next;
        }

        return true;
    }

    private static (int Parent, int Group, int Session) Of(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 5); // behind the name, which may hold anything: state, parent, group, session
            return (Number(fields[1]), Number(fields[2]), Number(fields[3]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (0, -1, -1); // hidden from us, or gone: not one that we know to care for us
        }
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
