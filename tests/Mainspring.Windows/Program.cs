// Runs the cases that need a display: see CaseRunner for the arguments. "child …" is what some of them start.
using Mainspring.Contracts;
using Mainspring.Windows;

return args switch
{
    [Child.Argument, var what] => Child.Run(what),
    _ => CaseRunner.Run(Case.In(typeof(Program).Assembly), args),
};
