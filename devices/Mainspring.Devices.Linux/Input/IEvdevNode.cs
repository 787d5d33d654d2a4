using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>An open node, with what only the kernel can say of it.</summary>
internal interface IEvdevNode : IInputState
{
    SafeFileHandle File { get; }

    bool TrySetLed(int led, bool isLit);
}
