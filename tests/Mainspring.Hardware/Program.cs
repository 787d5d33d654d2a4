// Runs the hardware cases in the guest that tests/vm boots: see CaseRunner for the arguments.
using Mainspring.Contracts;
using Mainspring.Hardware.Gpio;

if (args is [GpioChild.Argument, var how])
{
    return GpioChild.Run(how);
}

return CaseRunner.Run(Case.In(typeof(Program).Assembly), args);
