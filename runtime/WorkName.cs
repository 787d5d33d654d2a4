using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>Finds a name for anything that a loop runs.</summary>
internal static class WorkName
{
    public static string Of(object? subject) => subject switch
    {
        CallbackRecord { Name: { } name } => name,
        CallbackRecord record => Of(record.Callback),
        SourceHandle source => source.Name,
        BackgroundHandle work => work.Name,
        FrameHandle frame => frame.Name,
        Job job => job.Name,
        Continuation continuation => continuation.Name,
        Action { Target: { } target } when target.GetType() is { IsGenericType: true, GenericTypeArguments: [.., var method] } && method.IsAssignableTo(typeof(IAsyncStateMachine)) =>
            Continuation.NameOf(method), // the box of an async Task method
        Delegate callback => OfMethod(callback),
        null => "nothing",
        _ => subject.ToString() ?? subject.GetType().Name,
    };

    /// <summary>The name of what stands in a lane.</summary>
    public static object? Subject(object? callback, object? state) => state switch
    {
        CallbackRecord or Continuation => state,
        TimerQueue timers => timers.Running,
        Delegate inner => inner, // a continuation or posted action in its wrapper
        _ => callback,
    };

    private static string OfMethod(Delegate callback) =>
        DiagnosticMethodInfo.Create(callback) is { } method ? $"{method.DeclaringTypeName}.{method.Name}" : "a callback";
}
