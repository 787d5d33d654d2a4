// Runs the cases of the adapters that were built: see CaseRunner for the arguments.
using Mainspring.Contracts;

return CaseRunner.Run(Case.In(typeof(Program).Assembly), args);
