// Runs the hardware cases in the guest that tests/vm boots: see CaseRunner for the arguments.
using Mainspring.Contracts;

return CaseRunner.Run(Case.In(typeof(Program).Assembly), args);
