using Mainspring.Contracts;

namespace Mainspring.Windows;

/// <summary>The X server ends while a window is open: one event, no attempt to go on, and no end of the process by Xlib.</summary>
public sealed class DisplayLostCases
{
    [Case]
    public void ServerKilled_WhileNothingHappens_IsOneEvent() => KillDuring("idle");

    [Case]
    public void ServerKilled_InAFloodOfEvents_IsOneEvent() => KillDuring("events");

    [Case]
    public void ServerKilled_WhileDrawing_IsOneEvent() => KillDuring("drawing");

    [Case]
    public void ServerKilled_WhileDrawingInAFlood_IsOneEvent() => KillDuring("drawing in a flood");

    [Case]
    public void ServerKilled_WhileWindowsOpenAndClose_IsOneEvent() => KillDuring("windows");

    [Case]
    public void ServerKilled_WhileTheProgramResizes_IsOneEvent() => KillDuring("resizing");

    private static void KillDuring(string what)
    {
        using var server = new XServer();
        using var child = new Child(what, server.Display);
        Check.Equal("ready", child.ReadLine());
        using Child? flood = what is "events" or "drawing in a flood" ? new Child("flood", server.Display) : null;
        Worker.Run(() => Thread.Sleep(Random.Shared.Next(flood is null ? 60 : 300))); // at any moment
        server.Kill();
        (string[] lines, int code) = child.End();
        Check.Sequence([$"lost the display {server.Display}: the connection to the display {server.Display} broke: its server has ended, or has closed it", "end: Failed, attaches 1, lost 1, open False"], lines);
        Check.Equal(Child.LostCode, code);
        Check.Equal("", child.Errors, "no message of Xlib, and none of a retry");
    }
}
