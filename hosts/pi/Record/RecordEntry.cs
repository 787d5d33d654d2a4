namespace Mainspring.Pi;

/// <summary>Something to be recorded, and who wants to know when it is.</summary>
/// <param name="Number">Its number in the record; given out in order, without gaps but for what could not be written.</param>
/// <param name="Time">When it was logged, UTC.</param>
/// <param name="Since">When what it is about happened, on the loop's clock.</param>
/// <param name="OnDone">Called on the loop's thread: null for an entry that is on the disk, otherwise why it is not.</param>
internal readonly record struct RecordEntry(long Number, DateTime Time, string Rule, string Text, TimeSpan Since, Action<RecordEntry, string?> OnDone);
