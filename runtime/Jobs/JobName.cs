namespace Mainspring;

/// <summary>Finds a name for a routine: the method's, when the compiler made it of an iterator.</summary>
internal static class JobName
{
    public static string Of(IEnumerator<Wait> routine)
    {
        object subject = routine is JobRoutine plain ? plain.Inner : routine;
        string type = subject.GetType().Name; // <Patrol>d__3; <<Level>g__Patrol|3_0>d for a local function
        int local = type.IndexOf("g__", StringComparison.Ordinal);
        int start = local >= 0 ? local + 3 : 1;
        int end = local >= 0 ? type.IndexOf('|', start) : type.IndexOf('>', start);
        return type.StartsWith('<') && end > start ? type[start..end] : type;
    }
}
