using Mainspring.Scheduler;

return SchedulerCommands.Invoke(args);
