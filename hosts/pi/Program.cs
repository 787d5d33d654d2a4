using Mainspring.Pi;

return PiCommands.Invoke(args);
