namespace Mainspring.Devices.Linux;

/// <summary>What is called on another system answers with one clear exception.</summary>
internal static class LinuxOnly
{
    /// <param name="what">What was to be opened.</param>
    /// <param name="type">What was asked to.</param>
    /// <param name="instead">What to use there.</param>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static void Check(string what, string type, string instead)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException($"{what}: {type} needs Linux; {instead}.");
        }
    }
}
