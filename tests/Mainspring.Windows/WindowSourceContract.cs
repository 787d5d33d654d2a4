using Mainspring.Contracts;
using Mainspring.Devices.Glfw;

namespace Mainspring.Windows;

/// <summary>The source contract, for a window. Its device is the X server, which can end but not come back within one process, so nothing can be made to fail: see <see cref="DisplayLostCases"/>.</summary>
public sealed class WindowSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new WindowRig();

    private sealed class WindowRig : SourceRig
    {
        private readonly WindowSource _window = Backend.Create(new GlfwWindowOptions { Title = "contract", Width = 320, Height = 240, Api = GraphicsApi.None });
        private readonly XDriver _driver = new();

        public WindowRig()
        {
            _driver.MoveTo(60, 60); // where the window is, wherever it was put
            _driver.Sync();
        }

        public override IEventSource Source => _window;

        public override bool CanBreak => false;

        public override void Produce(int events)
        {
            for (int i = 0; i < events; i++)
            {
                _driver.Scroll();
            }

            _driver.Flush();
        }

        public override void Listen(SourceHandle source, Action<EventInfo> onEvent) => source.On((in WindowEvent e, in EventInfo info) =>
        {
            if (e.Kind == WindowEventKind.Scroll)
            {
                onEvent(info);
            }
        });

        public override void Dispose() => _driver.Dispose();
    }
}
