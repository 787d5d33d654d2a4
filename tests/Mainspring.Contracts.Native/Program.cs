// Runs the contract cases in a native program: see CaseRunner for the arguments. On Windows "probe …" measures something: see WindowsProbes.
using Mainspring.Contracts;

return OperatingSystem.IsWindows() && args is ["probe", .. var probe] ? WindowsProbes.Run(probe) : CaseRunner.Run(Case.All, args);
