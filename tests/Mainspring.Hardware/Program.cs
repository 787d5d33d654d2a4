// Runs the hardware cases in the guest that tests/vm boots: see CaseRunner for the arguments. "edges …" and "soak SECONDS" are what its latency and
// soak jobs start.
using Mainspring.Contracts;
using Mainspring.Hardware.Gpio;
using Mainspring.Hardware.Latency;
using Mainspring.Hardware.Soak;

return args switch
{
    [GpioChild.Argument, var how] => GpioChild.Run(how),
    ["edges", .. var rest] => EdgeTimes.Run(rest),
    ["soak", var seconds] => SoakRun.Run(seconds),
    _ => CaseRunner.Run(Case.In(typeof(Program).Assembly), args),
};
