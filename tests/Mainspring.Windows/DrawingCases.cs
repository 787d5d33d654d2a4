using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>OpenGL in a window.</summary>
public sealed class DrawingCases
{
    [Case]
    public void ClearedColor_IsReadBack_FrameByFrame()
    {
        using var bench = new WindowBench(new LoopOptions { FrameRate = 100 }, new GlfwWindowOptions { Title = "drawing", Width = 320, Height = 240 });
        bench.Window.MakeCurrent();
        var gl = new SmallGL(bench.Window);
        int frames = 0;
        bench.Loop.OnFrame(FramePhase.Render, _ =>
        {
            float green = frames % 2;
            (int width, int height) = bench.Window.FramebufferSize;
            gl.Viewport(width, height);
            gl.Clear(1, green, 0, 1);
            Check.Equal(((byte)255, (byte)(green * 255), (byte)0), gl.Read(width / 2, height / 2));
            frames++;
        });
        bench.Loop.OnFrame(FramePhase.Present, _ => bench.Window.SwapBuffers());
        Pump.Until(bench.Loop, () => frames >= 20);
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void ClosedWithinItsHandler_TheFramesThatFollowDrawNothing_AndCrashNothing()
    {
        using var child = new Child("drawing on", Environment.GetEnvironmentVariable("DISPLAY"));
        (string[] lines, int code) = child.End();
        Check.Sequence(["drew on"], lines);
        Check.Equal(0, code);
    }

    [Case]
    public void DestroyedByAnotherProgram_WhileDrawing_IsOneEvent()
    {
        using var bench = new WindowBench(new LoopOptions { FrameRate = 500 }, new GlfwWindowOptions { Title = "drawing", Width = 320, Height = 240 });
        bench.Window.MakeCurrent();
        var gl = new SmallGL(bench.Window);
        int lost = 0, frames = 0;
        bench.Source.OnDisplayLost(_ => lost++);
        bench.Loop.OnFrame(FramePhase.Render, frame => gl.Clear(frame.Index % 2, 0, 0, 1));
        bench.Loop.OnFrame(FramePhase.Present, _ =>
        {
            bench.Window.SwapBuffers();
            frames++;
        });
        Pump.Until(bench.Loop, () => frames == 5);
        bench.Driver.Destroy(bench.Window.X11Window);
        bench.Driver.Flush();
        Pump.Until(bench.Loop, () => lost > 0);
        int before = frames;
        Pump.Until(bench.Loop, () => frames > before + 20);
        Check.Equal((1, SourceState.Failed), (lost, bench.Source.State));
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void ContextThatDoesNotExist_IsRefusedWithAdvice()
    {
        using MainLoop loop = Loops.New();
        IOException refusal = Check.Throws<IOException>(() => loop.Add(Backend.Create(new GlfwWindowOptions { Title = "modern", ApiVersion = new Version(9, 9) })));
        Check.Contains("ApiVersion", refusal.Message);
        Check.Equal(0, loop.Counters.Sources);
        SourceHandle window = loop.Add(Backend.Create(new GlfwWindowOptions { Title = "plain" }));
        Check.Equal(SourceState.Attached, window.State);
    }

    [Case]
    public void WithoutAContext_MakeCurrentSaysSo()
    {
        using var bench = new WindowBench();
        Check.Contains("Api is None", Check.Throws<InvalidOperationException>(bench.Window.MakeCurrent).Message);
    }
}
