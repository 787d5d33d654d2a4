using Mainspring.Contracts;
using Mainspring.Devices.Glfw;
using Mainspring.Devices.Silk;
using Silk.NET.Input;
using Silk.NET.Input.Glfw;
using Silk.NET.Maths;
using Silk.NET.Windowing;
using Silk.NET.Windowing.Glfw;

namespace Mainspring.Windows;

/// <summary>What is Silk.NET's own: windows that the program made, and handlers of Silk.NET's events.</summary>
public sealed class SilkCases : IDisposable
{
    private const int ACode = 38;

    private readonly SilentLog _log = new();
    private readonly List<Exception> _reported = [];
    private XDriver? _driver;
    private MainLoop? _loop;

    private XDriver Driver => _driver ??= new XDriver();

    /// <inheritdoc/>
    public void Dispose()
    {
        _driver?.Dispose();
        _loop?.Dispose();
    }

    [Case]
    public void GivenWindow_ItsOwnEventsComeToo_AndItOpensAndClosesWithItsSource()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        for (int round = 1; round <= 3; round++)
        {
            var source = new SilkWindowSource(window);
            SourceHandle handle = loop.Add(source, RetryPolicy.Never);
            Check.True(window.IsInitialized && source.IsOpen);
            int own = 0, ours = 0;
            source.Input!.Keyboards[0].KeyDown += (_, key, _) => own += key == global::Silk.NET.Input.Key.A ? 1 : 0;
            handle.OnKey(e => ours += e is { Key: Devices.Glfw.Key.A, Action: KeyAction.Press } ? 1 : 0);
            Press(source, 1);
            Pump.Until(loop, () => ours == 1);
            Check.Equal(1, own);
            handle.Remove();
            Check.False(window.IsInitialized || source.IsOpen, "who opened it closes it");
        }

        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void GivenOpenWindow_StaysOpen_AndHasItsSettingsAgain()
    {
        using IWindow window = Make();
        window.Initialize();
        using IInputContext input = window.CreateInput();
        (window.FramesPerSecond, window.UpdatesPerSecond, window.VSync, window.ShouldSwapAutomatically) = (30, 60, true, true);
        MainLoop loop = Start();
        var source = new SilkWindowSource(window, input);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        Check.Equal((0.0, 0.0, false), (window.FramesPerSecond, window.UpdatesPerSecond, window.VSync), "the loop paces it");
        int keys = 0;
        handle.OnKey(_ => keys++);
        Press(source, 5);
        Pump.Until(loop, () => keys == 10);
        handle.Remove();
        Check.True(window.IsInitialized);
        Check.Equal((30.0, 60.0, true, true), (Math.Round(window.FramesPerSecond), Math.Round(window.UpdatesPerSecond), window.VSync, window.ShouldSwapAutomatically));
        int own = 0;
        input.Keyboards[0].KeyDown += (_, _, _) => own++;
        XDriver.NextMillisecond(Driver);
        Driver.Key(ACode, true);
        Driver.Key(ACode, false);
        Driver.Flush();
        Pump.Until(loop, () =>
        {
            window.DoEvents(); // Silk.NET has its callbacks back
            return own == 1;
        });
        Check.Equal(10, keys);
    }

    [Case]
    public void GivenWindow_WithAnInputOfItsOwn_IsToldToGiveIt()
    {
        using IWindow window = Make();
        window.Initialize();
        using IInputContext input = window.CreateInput();
        MainLoop loop = Start();
        string said = Check.Throws<InvalidOperationException>(() => loop.Add(new SilkWindowSource(window))).Message;
        Check.Contains("give it to SilkWindowSource", said);
        Check.Contains("new SilkWindowSource(window, () => input)", said);
        Check.True(window.IsInitialized);
    }

    [Case]
    public void HandlersOfSilkThatThrow_AreReported_AndNothingIsLost()
    {
        MainLoop loop = Start();
        var source = new SilkWindowSource(Plain());
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        source.Input!.Keyboards[0].KeyDown += (_, _, _) => throw new InvalidOperationException("of a key");
        source.Input.Mice[0].Scroll += (_, _) => throw new InvalidOperationException("of a wheel");
        source.Window!.Resize += _ => throw new InvalidOperationException("of a size");
        int keys = 0, scrolls = 0, sizes = 0;
        handle.OnKey(_ => keys++).OnScroll((_, _) => scrolls++).OnResized((_, _) => sizes++);
        Press(source, 20);
        Pump.Until(loop, () => keys == 40);
        Driver.MoveTo(source.Position.X + 50, source.Position.Y + 50);
        Driver.Scroll();
        Driver.Flush();
        Pump.Until(loop, () => scrolls == 1);
        source.Resize(250, 150);
        Pump.Until(loop, () => sizes > 0 && _reported.Count >= 3);
        Check.Equal(SourceState.Attached, handle.State);
        Check.Sequence(["of a key", "of a size", "of a wheel"], _reported.Select(e => e.Message).Distinct().Order());
        handle.Remove();
    }

    [Case]
    public void UpdateAndRender_ComeOnceAFrame_AndTheBuffersAreSwappedAfterAll()
    {
        using IWindow window = Make(GraphicsAPI.Default);
        MainLoop loop = Start(200);
        var order = new List<string>();
        window.Update += _ => order.Add("update");
        window.Render += _ => order.Add("render");
        var source = new SilkWindowSource(window);
        loop.Add(source, RetryPolicy.Never);
        loop.OnFrame(FramePhase.Render, _ => order.Add("loop's"));
        Check.True(source.Window!.GLContext!.IsCurrent);
        Pump.Until(loop, () => order.Count >= 60);
        Check.Sequence(Enumerable.Repeat(new[] { "update", "render", "loop's" }, 20).SelectMany(x => x), order.Take(60));
        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void RenderThatThrows_IsReported_AndTheWindowCloses()
    {
        MainLoop loop = Start(200);
        var source = new SilkWindowSource(Plain());
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        source.Window!.Render += _ => throw new InvalidOperationException("of a frame");
        Pump.Until(loop, () => _reported.Count >= 3);
        Check.Equal("of a frame", _reported[0].Message);
        IWindow window = source.Window;
        handle.Remove();
        Check.False(source.IsOpen || window.IsInitialized);
    }

    [Case]
    public void RemovedWithinRender_ItClosesAfterIt()
    {
        MainLoop loop = Start(200);
        var source = new SilkWindowSource(Plain());
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        IWindow window = source.Window!;
        int renders = 0;
        window.Render += _ =>
        {
            renders++;
            handle.Remove();
            Check.True(window.IsInitialized, "Silk.NET works with it still");
        };
        Pump.Until(loop, () => renders > 0);
        Pump.Ticks(loop, 5);
        Check.Equal((1, false, false), (renders, source.IsOpen, window.IsInitialized));
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void RemovedWithinAKeyOfSilk_ItClosesAfterIt()
    {
        MainLoop loop = Start();
        var source = new SilkWindowSource(Plain());
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        int keys = 0;
        source.Input!.Keyboards[0].KeyDown += (_, _, _) =>
        {
            keys++;
            handle.Remove();
        };
        Press(source, 10);
        Pump.Until(loop, () => keys > 0);
        Pump.Ticks(loop, 5);
        Check.False(source.IsOpen);
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void WindowDisposedOf_BeforeItsSource_EndsTheSource_AndIsNotTouchedAgain()
    {
        foreach (double? frameRate in (double?[])[null, 200])
        {
            using IWindow window = Make();
            MainLoop loop = Start(frameRate);
            var source = new SilkWindowSource(window);
            SourceHandle handle = loop.Add(source, RetryPolicy.Never);
            List<DisplayLost> lost = [];
            handle.OnDisplayLost(lost.Add);
            Press(source, 3); // what it still holds
            window.Dispose();
            Check.True(source.IsDisplayLost);
            source.Title = "of a window that is gone";
            source.SwapBuffers();
            source.MoveTo(1, 1);
            Check.Equal((nuint)0, source.X11Window);
            Pump.Until(loop, () => lost.Count > 0);
            Check.Contains("the program has disposed of Silk.NET's window", lost[0].Reason);
            Pump.Ticks(loop, 5);
            Check.Equal((1, SourceState.Failed, false), (lost.Count, handle.State, source.IsOpen));
            Check.Equal(0, _reported.Count, string.Join("; ", _reported));

            handle.Remove();
            OpensAndCloses(loop, window); // the same, and perhaps at the same address
            loop.Dispose();
        }
    }

    [Case]
    public void WindowDisposedOf_ByAHandlerOfTheLoops_EndsTheSource()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        var source = new SilkWindowSource(window);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        int keys = 0, lost = 0;
        handle.OnDisplayLost(_ => lost++).OnKey(e =>
        {
            keys++;
            window.Dispose();
        });
        Press(source, 5);
        Pump.Until(loop, () => lost > 0);
        Check.True(keys > 0);
        Check.Equal((SourceState.Failed, false), (handle.State, source.IsOpen));
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void WindowDisposedOf_BeforeItsLoop_EndsWell()
    {
        for (int round = 0; round < 20; round++)
        {
            // As `using` in this order has it.
            using MainLoop loop = Start();
            using IWindow window = Make();
            using IWindow other = Make();
            loop.Add(new SilkWindowSource(window), RetryPolicy.Never);
            loop.Add(new SilkWindowSource(other), RetryPolicy.Never);
            Pump.Ticks(loop, 3);
        }

        OpensAndCloses(Start(), Make());
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void WindowReset_AndOpenedAgain_ByTheProgram_IsAnotherWindow()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        var source = new SilkWindowSource(window);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        window.Reset();
        window.Initialize();
        int lost = 0;
        handle.OnDisplayLost(_ => lost++);
        Pump.Until(loop, () => lost > 0);
        Check.True(window.IsInitialized, "the new one is the program's");
        window.DoEvents();
        Check.Equal((SourceState.Failed, false), (handle.State, source.IsOpen));
    }

    [Case]
    public void InputDisposedOf_ByTheProgram_DoesNotKeepTheWindowFromClosing()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        int before = Descriptors();
        var source = new SilkWindowSource(window);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        source.Input!.Dispose();
        handle.Remove();
        Check.False(window.IsInitialized || source.IsOpen);
        Check.Equal(before, Descriptors(), "descriptors");
        OpensAndCloses(loop, window);
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void InputThatLoadMakes_IsGivenAsAFunction()
    {
        using IWindow window = Make();
        IInputContext? input = null;
        int own = 0, ours = 0;
        window.Load += () =>
        {
            input = window.CreateInput();
            input.Keyboards[0].KeyDown += (_, _, _) => own++;
        };
        MainLoop loop = Start();
        for (int round = 1; round <= 3; round++)
        {
            var source = new SilkWindowSource(window, () => input!);
            SourceHandle handle = loop.Add(source, RetryPolicy.Never);
            Check.True(ReferenceEquals(input, source.Input));
            handle.OnKey(e => ours += e.Action == KeyAction.Press ? 1 : 0);
            Press(source, 1);
            Pump.Until(loop, () => ours == round);
            Check.Equal(round, own);
            handle.Remove();
            Check.False(window.IsInitialized);
        }
    }

    [Case]
    public void InputThatLoadMakes_IsNotRefused_ForOneThatAWindowAtTheSameAddressLeftBehind()
    {
        using IWindow window = Make();
        IInputContext? input = null;
        int loads = 0, rounds = 0, keys = 0;
        window.Load += () =>
        {
            loads++;
            input = window.CreateInput();
        };
        MainLoop loop = Start();
        for (; rounds < 50 && loads == rounds; rounds++)
        {
            var source = new SilkWindowSource(window, () => input!);
            SourceHandle handle = loop.Add(source, RetryPolicy.Never);
            handle.OnKey(e => keys += e.Action == KeyAction.Press ? 1 : 0);
            Press(source, 1);
            Pump.Until(loop, () => keys == rounds + 1);
            window.Reset(); // under its source
            Pump.Until(loop, () => handle.State == SourceState.Failed);
            handle.Remove();
        }

        Check.True(loads > rounds, "no address has come again, and so this case has seen nothing");
        OpensAndCloses(loop, Make());
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void InputThatIsMadeWhenAskedFor_IsNotRefused_ForOneThatWasLeftBehind()
    {
        MainLoop loop = Start();
        var places = new HashSet<nint>();
        bool isAgain = false;
        for (int round = 0; round < 50 && !isAgain; round++)
        {
            using IWindow window = Make();
            var source = new SilkWindowSource(window, window.CreateInput);
            SourceHandle handle = loop.Add(source, RetryPolicy.Never);
            isAgain = !places.Add(window.Handle);
            window.Reset();
            Pump.Until(loop, () => handle.State == SourceState.Failed);
            handle.Remove();
        }

        Check.True(isAgain, "no address has come again, and so this case has seen nothing");
        OpensAndCloses(loop, Make());
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void AddedAgain_WithinAHandlerOfSilk_IsToldToWait()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        var source = new SilkWindowSource(window);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        string? said = null;
        source.Input!.Keyboards[0].KeyDown += (_, _, _) =>
        {
            handle.Remove();
            said ??= Check.Throws<InvalidOperationException>(() => loop.Add(new SilkWindowSource(window))).Message;
        };
        Press(source, 1);
        Pump.Until(loop, () => said is not null);
        Check.Contains("by MainLoop.Post", said!);
        Check.False(window.IsInitialized);
        OpensAndCloses(loop, window);
        Check.Equal(0, _reported.Count, string.Join("; ", _reported));
    }

    [Case]
    public void APost_WakesTheLoop()
    {
        MainLoop loop = Start();
        loop.Add(new SilkWindowSource(Plain()), RetryPolicy.Never);
        bool ran = false;
        var other = new Thread(() => loop.Post(() =>
        {
            ran = true;
            loop.Stop();
        }));
        loop.CallSoon(other.Start);
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(20) });
        other.Join();
        Check.True(ran);
    }

    [Case]
    public void AHeldKey_IsRepeated()
    {
        MainLoop loop = Start();
        var source = new SilkWindowSource(Plain());
        int repeats = 0;
        loop.Add(source, RetryPolicy.Never).OnKey(e => repeats += e.Action == KeyAction.Repeat ? 1 : 0);
        Focus(source);
        Driver.Key(ACode, true);
        Driver.Flush();
        Pump.Until(loop, () => repeats >= 2);
        Driver.Key(ACode, false);
        Driver.Sync();
    }

    [Case]
    public void GlfwWindow_BesideIt_IsRefused()
    {
        MainLoop loop = Start();
        loop.Add(new SilkWindowSource(Plain()), RetryPolicy.Never);
        Check.Contains("has opened windows as SilkWindowSource", Check.Throws<InvalidOperationException>(() => loop.Add(new GlfwWindow(Plain()))).Message);
    }

    [Case]
    public void NullAsInput_IsAnInputThatIsMadeHere()
    {
        using IWindow window = Make();
        MainLoop loop = Start();
        var source = new SilkWindowSource(window, null);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        Check.Equal(1, source.Input!.Keyboards.Count);
        handle.Remove();
        Check.Throws<ArgumentNullException>(() => _ = new SilkWindowSource(window, (Func<IInputContext>)null!));
        Check.Equal("Mainspring", new SilkWindowSource(null).Options.Title, "null as options");
    }

    [Case]
    public void SharingWithAGlfwWindow_IsRefused() =>
        Check.Contains("SharedContext", Check.Throws<ArgumentException>(() => _ = new SilkWindowSource(new GlfwWindowOptions { SharesWith = new GlfwWindow() })).Message);

    [Case]
    public void ModifierKeys_AreThoseThatAreHeld_LeftOrRight()
    {
        var keys = new ModifierKeys();
        keys.Take(Devices.Glfw.Key.LeftShift, KeyAction.Press);
        keys.Take(Devices.Glfw.Key.RightShift, KeyAction.Press);
        keys.Take(Devices.Glfw.Key.LeftShift, KeyAction.Release);
        keys.Take(Devices.Glfw.Key.RightSuper, KeyAction.Press);
        keys.Take(Devices.Glfw.Key.A, KeyAction.Press);
        Check.Equal(KeyModifiers.Shift | KeyModifiers.Super, keys.Held);
        keys.Take(Devices.Glfw.Key.RightShift, KeyAction.Release);
        keys.Take(Devices.Glfw.Key.LeftAlt, KeyAction.Press);
        keys.Take(Devices.Glfw.Key.RightControl, KeyAction.Press);
        Check.Equal(KeyModifiers.Alt | KeyModifiers.Control | KeyModifiers.Super, keys.Held);
        keys.Clear();
        Check.Equal(KeyModifiers.None, keys.Held);
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private void OpensAndCloses(MainLoop loop, IWindow window)
    {
        var source = new SilkWindowSource(window);
        SourceHandle handle = loop.Add(source, RetryPolicy.Never);
        int keys = 0;
        handle.OnKey(e => keys += e.Action == KeyAction.Press ? 1 : 0);
        Press(source, 1);
        Pump.Until(loop, () => keys == 1);
        handle.Remove();
        Check.False(window.IsInitialized || source.IsOpen);
    }

    private static GlfwWindowOptions Plain() => new() { Title = "case", Width = 200, Height = 200, Api = GraphicsApi.None };

    // As a program does that has Silk.NET's code already.
    private static IWindow Make(GraphicsAPI? api = null)
    {
        GlfwWindowing.RegisterPlatform();
        GlfwInput.RegisterPlatform();
        WindowOptions options = WindowOptions.Default;
        (options.Title, options.Size, options.API) = ("given", new Vector2D<int>(200, 200), api ?? GraphicsAPI.None);
        return global::Silk.NET.Windowing.Window.Create(options);
    }

    private MainLoop Start(double? frameRate = null)
    {
        _loop = new MainLoop(new LoopOptions { FrameRate = frameRate, Log = _log });
        _loop.UnhandledException += context =>
        {
            _reported.Add(context.Exception);
            context.Handled = true;
        };
        return _loop;
    }

    private void Focus(SilkWindowSource source)
    {
        Driver.Focus(source.X11Window);
        Driver.Sync();
        Pump.Until(_loop!, () => source.IsFocused);
    }

    private void Press(SilkWindowSource source, int count)
    {
        Focus(source);
        for (int i = 0; i < count; i++)
        {
            Driver.Key(ACode + (i % 9), true);
            Driver.Key(ACode + (i % 9), false);
            if (i % 9 == 8)
            {
                XDriver.NextMillisecond(Driver);
            }
        }

        Driver.Flush();
    }
}
