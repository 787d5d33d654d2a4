namespace Mainspring.Pi;

/// <summary>The file that keeps what the rules log.</summary>
/// <param name="MaxBytes">When it is longer it becomes <c>FILE.1</c>, and a new one begins.</param>
internal sealed record RecordConfig(string File, long MaxBytes);
