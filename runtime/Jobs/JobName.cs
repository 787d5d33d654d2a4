namespace Mainspring;

/// <summary>Finds a name for a routine: the method's, when the compiler made it of an iterator.</summary>
internal static class JobName
{
    public static string Of(IEnumerator<Wait> routine)
    {
        object subject = routine is JobRoutine plain ? plain.Inner : routine;
        return WorkName.OfCompiled(subject.GetType().Name);
    }
}
