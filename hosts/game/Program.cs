using Mainspring.Game;

return GameCommand.Invoke(args);
