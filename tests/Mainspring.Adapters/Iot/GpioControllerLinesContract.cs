using System.Device.Gpio;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Iot;
using Mainspring.Devices.Simulation;

namespace Mainspring.Adapters.Iot;

/// <summary>What lines of a chip do, when a <see cref="GpioController"/> stands between the program and the chip.</summary>
public sealed class GpioControllerLinesContract : GpioLinesContractBase
{
    private protected override IReadOnlyDictionary<string, string> Inapplicable { get; } = new Dictionary<string, string>
    {
        [nameof(Edges_ComeAtTheTimesOfTheScript_InOrder_WithTheirNumbers)] = "this driver hands over edges of one time line by line; order and numbers: ControllerCases",
        [nameof(Names_AreLookedUp)] = "System.Device.Gpio has no names of lines",
        [nameof(WrongLine_SaysWhatThereIs)] = "System.Device.Gpio has no names of lines; numbers: ControllerCases",
        [nameof(Outputs_AreReadBack_AsTheyAre)] = "System.Device.Gpio has no open drain",
        [nameof(BusyLine_NamesItsHolder_AndIsTakenWhenItIsFree)] = "lines are given back on another thread: ControllerCases",
        [nameof(FullBuffer_LosesTheOldest_AndSaysHowManyAndTheLevels)] = "this driver hands edges over in several turns: ControllerCases",
        [nameof(Removal_IsOneEvent_AndTheLinesComeBackWithTheChip)] = "a driver does not tell that a chip was removed: ControllerCases",
        [nameof(Written_AfterTheChipHasGone_Throws_WithWhatToDo)] = "the reason is the driver's: ControllerCases",
    };

    private protected override IGpioLines CreateLines(SimulatedGpioChip chip, MainLoop loop, GpioOptions options) =>
        new GpioControllerSource(chip.Name, () => new GpioController(new ChipDriver(chip, loop)), options);
}
