using System.Diagnostics;
using Mainspring;

// One turn of a loop: says when it ran, on CLOCK_MONOTONIC, and how much memory is resident then.
long tickNs = 0;
using var loop = new MainLoop();
loop.CallSoon(() => tickNs = Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));
loop.Tick();
long resident = Environment.WorkingSet;
Console.WriteLine($"tick_at {tickNs}");
Console.WriteLine($"resident {resident}");
