// A window of Silk.NET with OpenGL on a Mainspring loop: a triangle that turns. SPACE turns it the other way, ESCAPE ends.
// usage: mainspring-silk-window [SECONDS]
using System.Globalization;
using Mainspring;
using Mainspring.Devices.Glfw;
using Mainspring.Devices.Silk;
using Mainspring.Samples;
using Silk.NET.OpenGL;

using var loop = new MainLoop(new LoopOptions { FrameRate = 60 });
var window = new SilkWindowSource(new GlfwWindowOptions { Title = "Silk.NET on Mainspring", Width = 640, Height = 480 });
float turn = 1, angle = 0;
try
{
    loop.Add(window)
        .OnKey(e =>
        {
            turn = e is { Key: Key.Space, Action: KeyAction.Press } ? -turn : turn;
            if (e.Key == Key.Escape)
            {
                loop.Stop();
            }
        })
        .OnCloseRequested(loop.Stop)
        .OnDisplayLost(e =>
        {
            Console.Error.WriteLine(e.Reason);
            loop.Stop();
        });
}
catch (IOException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

window.MakeCurrent();
var triangle = new Triangle(GL.GetApi(window.Window));
loop.OnFrame(FramePhase.Update, frame => angle += turn * (float)frame.Delta.TotalSeconds);
loop.OnFrame(FramePhase.Render, _ => triangle.Draw(angle, window.FramebufferSize));
loop.OnFrame(FramePhase.Present, _ => window.SwapBuffers());
loop.Run(new RunOptions { For = args is [var seconds] ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : null });
Console.WriteLine($"{loop.Frame.Index} frames");
return 0;
