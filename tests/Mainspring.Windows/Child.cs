using System.Diagnostics;
using System.Globalization;
using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>This program, started by a case on another display: what it says on standard output, and how it ends.</summary>
internal sealed class Child : IDisposable
{
    public const string Argument = "child";
    public const int LostCode = 3;
    public const int RefusedCode = 4;

    private readonly Process _process;
    private readonly System.Text.StringBuilder _errors = new();

    public Child(string what, string? display, string? libraries = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Argument);
        start.ArgumentList.Add(what);
        if (Backend.IsSilk)
        {
            start.ArgumentList.Add(Backend.SilkArgument);
        }

        Set(start, "DISPLAY", display);
        Set(start, "LD_LIBRARY_PATH", libraries);

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(e.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote on standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString().Trim();
            }
        }
    }

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Waits for its end; the lines that it still wrote, and its exit code.</summary>
    public (string[] Lines, int Code) End()
    {
        string rest = _process.StandardOutput.ReadToEnd();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("the child does not end");
        }

        _process.WaitForExit(); // for the last of standard error
        return (rest.Split('\n', StringSplitOptions.RemoveEmptyEntries), _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>What such a child does.</summary>
    public static int Run(string what) => what switch
    {
        "flood" => Flood(),
        "open" => Open(),
        "drawing on" => DrawOn(),
        _ => ShowUntilLost(what),
    };

    private static void Set(ProcessStartInfo start, string variable, string? value)
    {
        start.Environment.Remove(variable);
        if (value is not null)
        {
            start.Environment[variable] = value;
        }
    }

    // A person who never tires; ends with the display.
    private static int Flood()
    {
        using var driver = new XDriver();
        for (int i = 0; ; i++)
        {
            driver.MoveTo(20 + (i % 100), 20 + (i % 90));
            driver.Key(24 + (i % 10), i / 10 % 2 == 0);
            driver.Scroll();
            driver.Sync();
        }
    }

    private static int Open()
    {
        using var loop = new MainLoop();
        try
        {
            loop.Add(Backend.Create());
            return 0;
        }
        catch (IOException exception)
        {
            Console.WriteLine(exception.Message);
            return RefusedCode;
        }
    }

    // Closes its only window from within its handler, and goes on to draw.
    private static int DrawOn()
    {
        using var loop = new MainLoop(new LoopOptions { FrameRate = 200 });
        var window = Backend.Create(new GlfwWindowOptions { Title = "drawing on", Width = 300, Height = 300 });
        SourceHandle source = loop.Add(window, RetryPolicy.Never);
        source.On((in WindowEvent _, in EventInfo _) => source.Remove());
        window.MakeCurrent();
        var gl = new SmallGL(window);
        int after = 0, refused = 0;
        loop.UnhandledException += context =>
        {
            refused += context.Exception is InvalidOperationException ? 1 : 0;
            context.Handled = true;
        };
        loop.OnFrame(FramePhase.Render, frame =>
        {
            gl.Clear(frame.Index % 2, 0, 0, 1);
            after += window.IsOpen ? 0 : 1;
        });
        loop.OnFrame(FramePhase.Present, _ => window.SwapBuffers());
        Pump.Until(loop, () => after == 20 && refused >= 19);
        Console.WriteLine("drew on");
        return 0;
    }

    private static int ShowUntilLost(string how)
    {
        bool draws = how.StartsWith("drawing", StringComparison.Ordinal);
        using var loop = new MainLoop(new LoopOptions { FrameRate = draws ? 2000 : null });
        var window = Backend.Create(new GlfwWindowOptions { Title = how, Width = 300, Height = 300, Api = draws ? GraphicsApi.OpenGL : GraphicsApi.None });
        SourceHandle source = loop.Add(window); // with the default policy: it is not to be tried again all the same
        long events = 0, lost = 0;
        source.On((in WindowEvent _, in EventInfo _) => events++);
        source.OnDisplayLost(e =>
        {
            lost++;
            Console.WriteLine($"lost {e.Display}: {e.Reason}");
            loop.CallLater(TimeSpan.FromMilliseconds(300), loop.Stop); // long enough for an attempt that should not be made
        });
        if (draws)
        {
            window.MakeCurrent();
            var gl = new SmallGL(window);
            loop.OnFrame(FramePhase.Render, frame => gl.Clear(frame.Index % 2, 0, 0, 1));
            loop.OnFrame(FramePhase.Present, _ => window.SwapBuffers());
        }

        if (how == "windows")
        {
            OpenAndClose(loop);
        }

        if (how == "resizing")
        {
            int size = 0;
            loop.CallEvery(TimeSpan.FromMilliseconds(1), () => window.Resize(200 + (++size % 100), 200));
        }

        Console.WriteLine("ready");
        loop.Run();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"end: {source.State}, attaches {source.Counters.Attaches}, lost {lost}, open {window.IsOpen}"));
        return lost == 1 ? LostCode : 1;
    }

    private static void OpenAndClose(MainLoop loop) => loop.CallEvery(TimeSpan.FromMilliseconds(1), () =>
    {
        try
        {
            loop.Add(Backend.Create(new GlfwWindowOptions { Title = "short", Width = 100, Height = 100, Api = GraphicsApi.None })).Remove();
        }
        catch (IOException)
        {
            // The display went away meanwhile, which the other window tells.
        }
    });
}
