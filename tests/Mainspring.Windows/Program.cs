// Runs the cases that need a display: see CaseRunner for the arguments.
using Mainspring.Contracts;

return CaseRunner.Run(Case.In(typeof(Program).Assembly), args);
