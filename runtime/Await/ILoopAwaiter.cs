namespace Mainspring;

/// <summary>An awaiter of the loop's own: it takes the box of a <see cref="LoopTask"/> method as it is, without a delegate.</summary>
internal interface ILoopAwaiter
{
    /// <summary>The loop on which the method goes on; null when that is not known.</summary>
    MainLoop? Loop { get; }

    /// <summary>Has the continuation run when what is awaited is over. Never throws: the framework would end the process.</summary>
    void Continue(object continuation);
}
