// Runs the contract cases in a native program: see CaseRunner for the arguments. On Windows "probe …" measures something: see WindowsProbes; and "child …" is a child process of the cases: see ContractChild.
using Mainspring.Contracts;

return !OperatingSystem.IsWindows() ? CaseRunner.Run(Case.All, args) : args switch
{
    ["probe", .. var probe] => WindowsProbes.Run(probe),
    ["child", .. var child] => ContractChild.Run(child),
    _ => CaseRunner.Run(Case.All, args),
};
