using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Mainspring.Contracts;

/// <summary>The child of the cases on Windows, where no shell does what they need: this program itself, with "child", what it is to do, and for what.</summary>
[SupportedOSPlatform("windows")]
public static partial class ContractChild
{
    /// <summary>Does it, and gives the exit code.</summary>
    public static int Run(string[] words)
    {
        using Stream input = Console.OpenStandardInput(), output = Console.OpenStandardOutput();
        switch (words)
        {
            case ["arguments", .. var arguments]:
                Write(output, string.Concat(arguments.Select(static argument => $"[{argument}]")));
                return 0;
            case ["place", var name]:
                Write(output, $"{Environment.CurrentDirectory}|{Environment.GetEnvironmentVariable(name)}|{Environment.GetEnvironmentVariables().Count}");
                return 0;
            case ["copy"]:
                input.CopyTo(output);
                return 0;
            case ["take", var count]:
                input.ReadExactly(new byte[int.Parse(count, CultureInfo.InvariantCulture)]);
                Write(output, "taken");
                return 0;
            case ["answer", var code]:
                Write(output, $"got {Console.In.ReadLine()}\n");
                Console.Error.Write("oh\n");
                return int.Parse(code, CultureInfo.InvariantCulture);
            case ["lines", var count]:
                Write(output, string.Concat(Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(static i => $"line {i}\n")));
                Console.Error.Write("done\n");
                return 0;
            case ["flood"]:
                byte[] zeros = new byte[4096];
                while (true)
                {
                    output.Write(zeros);
                }

            case ["deaf"]:
                input.Dispose();
                Write(output, CloseHandle(StandardHandle(-10)) ? "deaf\n" : "not deaf\n"); // STD_INPUT_HANDLE
                Thread.Sleep(Timeout.Infinite);
                return 0;
            case ["sleep"]:
                Write(output, "asleep\n");
                Thread.Sleep(Timeout.Infinite);
                return 0;
            case ["parent" or "parents", ..]:
                using (Process sleeper = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["child", "sleep"]) { UseShellExecute = false })!)
                {
                    Write(output, $"{sleeper.Id}\n");
                }

                if (words is ["parent", var last])
                {
                    return int.Parse(last, CultureInfo.InvariantCulture);
                }

                Thread.Sleep(Timeout.Infinite);
                return 0;
            case ["break"]:
                using (var told = new ManualResetEventSlim())
                using (PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context =>
                {
                    context.Cancel = true;
                    told.Set();
                }))
                {
                    Write(output, "ready\n");
                    told.Wait();
                    return 9;
                }

            case ["has", var handle]:
                Write(output, GetInformation(nint.Parse(handle, CultureInfo.InvariantCulture), out _) ? "yes" : "no");
                return 0;
            default:
                return 99;
        }
    }

    private static void Write(Stream output, string text)
    {
        output.Write(Encoding.UTF8.GetBytes(text));
        output.Flush();
    }

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    private static partial nint StandardHandle(int number);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);

    [LibraryImport("kernel32", EntryPoint = "GetHandleInformation")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetInformation(nint handle, out uint flags);
}
