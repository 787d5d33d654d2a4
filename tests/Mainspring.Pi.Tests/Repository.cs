namespace Mainspring.Pi.Tests;

/// <summary>Files of the project, found from where the tests run.</summary>
internal static class Repository
{
    public static string Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Runtime.sln")))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        throw new FileNotFoundException("Runtime.sln is in no folder above the tests.", path);
    }
}
