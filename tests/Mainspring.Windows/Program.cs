// Runs the cases that need a display: see CaseRunner for the arguments; --silk runs them with Silk.NET's windows. "child …" is what some of them start.
using Mainspring.Contracts;
using Mainspring.Windows;

args = Backend.Choose(args);
#if !HAS_SILK
if (Backend.IsSilk)
{
    Console.WriteLine("built without Silk.NET");
    Console.WriteLine("0 passed, 0 failed, 1 skipped");
    return 0;
}
#endif
return args switch
{
    [Child.Argument, var what] => Child.Run(what),
    _ => CaseRunner.Run(Case.In(typeof(Program).Assembly).Where(static one => Backend.IsSilk || !one.Name.StartsWith("Silk", StringComparison.Ordinal)), args),
};
