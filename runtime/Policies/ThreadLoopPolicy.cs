using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>The default policy: every thread has a loop of its own. The main thread gets one when it asks for it first; another thread has to set one.</summary>
public class ThreadLoopPolicy : ILoopPolicy
{
    // The runtime numbers its threads, and the one on which a program begins comes first.
    private const int MainThread = 1;

    private readonly ConditionalWeakTable<Thread, Held> _loops = []; // which forgets threads that have ended
    private readonly int _mainThread;

    /// <summary>Makes a policy; no thread has a loop yet.</summary>
    public ThreadLoopPolicy()
        : this(MainThread)
    {
    }

    internal ThreadLoopPolicy(int mainThread) => _mainThread = mainThread;

    /// <summary>The loop that was set on this thread. On the main thread, where none was ever set, a new one is made and set.</summary>
    /// <returns>The loop.</returns>
    /// <exception cref="InvalidOperationException">There is none: it was never set on this thread, or set to null.</exception>
    public virtual MainLoop GetLoop()
    {
        Held held = _loops.GetOrCreateValue(Thread.CurrentThread);
        if (held.Loop is null && !held.WasSet && Environment.CurrentManagedThreadId == _mainThread)
        {
            SetLoop(NewLoop());
        }

        return held.Loop ?? throw new InvalidOperationException(
            $"Thread {Environment.CurrentManagedThreadId} has no loop: make one with LoopPolicy.NewLoop, and set it with LoopPolicy.SetLoop; or pass the loop to who needs it.");
    }

    /// <inheritdoc/>
    public virtual void SetLoop(MainLoop? loop)
    {
        Held held = _loops.GetOrCreateValue(Thread.CurrentThread);
        held.Loop = loop;
        held.WasSet = true;
    }

    /// <summary>Makes a loop with the default options; override it to have others made.</summary>
    /// <returns>The loop.</returns>
    public virtual MainLoop NewLoop() => new();

    private sealed class Held
    {
        public MainLoop? Loop;
        public bool WasSet;
    }
}
