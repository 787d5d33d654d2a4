namespace Mainspring;

/// <summary>What a source has done since it was added. Read on the loop's thread.</summary>
/// <param name="Events">Events that passed <see cref="SourceContext.Emit"/>.</param>
/// <param name="Bytes">Bytes, as reported by <see cref="SourceContext.CountBytes"/>.</param>
/// <param name="Lost">Events that the device, the kernel or a full queue dropped, as far as is known.</param>
/// <param name="Errors">Errors that were reported, throwing dispatches included.</param>
/// <param name="Attaches">Successful attaches; the first one included.</param>
/// <param name="Dispatches">Calls of <see cref="IEventSource.Dispatch"/>.</param>
public readonly record struct SourceCounters(long Events, long Bytes, long Lost, long Errors, long Attaches, long Dispatches);
