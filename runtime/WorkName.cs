using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>Finds a name for anything that a loop runs.</summary>
internal static class WorkName
{
    private const string Lambda = "a lambda in ";

    // False in a native program that is published with StackTraceSupport=false: it has no names of methods, and need not have the reflection that looks for them.
    [FeatureSwitchDefinition("System.Diagnostics.StackTrace.IsSupported")]
    private static bool KnowsMethods => !AppContext.TryGetSwitch("System.Diagnostics.StackTrace.IsSupported", out bool isSupported) || isSupported;

    public static string Of(object? subject) => subject switch
    {
        CallbackRecord { Name: { } name } => name,
        CallbackRecord record => Of(record.Callback),
        SourceHandle source => source.Name,
        BackgroundHandle work => work.Name,
        FrameHandle frame => frame.Name,
        Job job => job.Name,
        StartedTask task => task.Name,
        IEventSource source => source.Name,
        Continuation continuation => continuation.Name,
        Delegate { Target: Continuation continuation } => continuation.Name, // where an awaiter has taken the box's delegate
        Delegate callback => KnowsMethods ? OfMethod(callback) : "a callback",
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

    /// <summary>
    /// What the source calls a method, from the name that the compiler has given to it or to its type: Patrol for <c>&lt;Patrol&gt;d__3</c>, and for
    /// <c>&lt;&lt;Level&gt;g__Patrol|3_0&gt;d</c>, a local function; "a lambda in Level" for <c>&lt;Level&gt;b__3_0</c>. Other names are as they are.
    /// </summary>
    public static string OfCompiled(string name)
    {
        if (!name.StartsWith('<'))
        {
            return name;
        }

        int lambda = name.IndexOf(">b__", StringComparison.Ordinal);
        if (lambda >= 0)
        {
            return Lambda + OfCompiled(name[..lambda]);
        }

        int local = name.IndexOf("g__", StringComparison.Ordinal);
        string inner = local >= 0 ? name[(local + 3)..] : name.TrimStart('<');
        int end = inner.IndexOf(local >= 0 ? '|' : '>');
        inner = end >= 0 ? inner[..end] : inner;
        return inner.Length > 0 ? inner : name;
    }

    private static string OfMethod(Delegate callback)
    {
        if (callback is Action { Target: { } target } && target.GetType() is { IsGenericType: true, GenericTypeArguments: [.., var box] } && box.IsAssignableTo(typeof(IAsyncStateMachine)))
        {
            return OfCompiled(box.Name); // of an async Task method
        }

        if (DiagnosticMethodInfo.Create(callback) is not { } method)
        {
            return "a callback";
        }

        string type = method.DeclaringTypeName;
        int closure = type.IndexOf("+<", StringComparison.Ordinal); // the compiler's own type inside it
        type = closure >= 0 ? type[..closure] : type;
        string name = OfCompiled(method.Name);
        return !name.StartsWith(Lambda, StringComparison.Ordinal) ? $"{type}.{name}"
            : method.Name.StartsWith("<<Main>$>", StringComparison.Ordinal) ? name // top-level statements
            : $"{Lambda}{type}.{name[Lambda.Length..]}";
    }
}
