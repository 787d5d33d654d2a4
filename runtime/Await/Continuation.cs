using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// What goes on when something that was awaited is over. Wherever the loop keeps one as an <see cref="object"/>, it is either this, such as the box of a
/// <see cref="LoopTask"/> method itself, or the <see cref="Action"/> of any other method.
/// </summary>
internal abstract class Continuation
{
    /// <summary>Under which a continuation stands in a lane, among the posts or as a timer. Its type tells <see cref="MainLoop.Dispose"/> that it is to be resumed.</summary>
    public static readonly SendOrPostCallback Runner = static continuation =>
    {
        if (MainLoop.Current is { } loop)
        {
            loop.Resume(continuation!);
        }
        else
        {
            Call(continuation!); // on the thread pool, after the loop's end
        }
    };

    /// <summary>The name of the method that goes on.</summary>
    public virtual string Name => GetType().Name;

    public abstract void Resume();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Call(object continuation)
    {
        if (continuation.GetType() == typeof(Action))
        {
            Unsafe.As<Action>(continuation)();
        }
        else
        {
            Unsafe.As<Continuation>(continuation).Resume();
        }
    }

    /// <summary>The name of an async method, from that of the type that the compiler has made of it.</summary>
    public static string NameOf(Type stateMachine) => WorkName.OfCompiled(stateMachine.Name);
}
