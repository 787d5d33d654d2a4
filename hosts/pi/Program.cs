using Mainspring.Pi;

return RunCommand.Invoke(args);
