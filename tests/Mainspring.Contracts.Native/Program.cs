// Runs the contract cases in a native program: see CaseRunner for the arguments.
using Mainspring.Contracts;

return CaseRunner.Run(Case.All, args);
