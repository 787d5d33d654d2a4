namespace Mainspring.Embed;

/// <summary>What exports return when they fail: <c>ms_status</c> of mainspring.h.</summary>
internal enum Status
{
    Ok = 0,
    Argument = -1,
    Handle = -2,
    Thread = -3,
    State = -4,
    Limit = -5,
    System = -6,
    Failed = -7,
}
