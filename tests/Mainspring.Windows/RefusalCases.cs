using Mainspring.Contracts;

namespace Mainspring.Windows;

/// <summary>What keeps a window from opening is told in one line.</summary>
public sealed class RefusalCases
{
    [Case]
    public void WithoutADisplay_OneLineSaysWhatToDo() => Refuses(new Child("open", null), "DISPLAY is not set", "xvfb-run");

    [Case]
    public void ADisplayThatIsNotThere_OneLineNamesIt() => Refuses(new Child("open", ":987"), "the display :987 cannot be opened", "XAUTHORITY");

    [Case]
    public void WithoutGlfw_OneLineNamesThePackage()
    {
        string folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        try
        {
            foreach (string name in new[] { "libglfw.so", "libglfw.so.3", "libglfw.so.3.3" })
            {
                File.WriteAllBytes(Path.Combine(folder, name), []); // found first, and no library
            }

            Refuses(new Child("open", Environment.GetEnvironmentVariable("DISPLAY"), folder), "GLFW 3", "apt-get install libglfw3");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refuses(Child child, params string[] parts)
    {
        using (child)
        {
            (string[] lines, int code) = child.End();
            Check.Equal(1, lines.Length, string.Join('\n', lines));
            foreach (string part in parts)
            {
                Check.Contains(part, lines[0]);
            }

            Check.Equal(Child.RefusedCode, code);
        }
    }
}
