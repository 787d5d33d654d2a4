namespace Mainspring;

/// <summary>A descriptor has something to read, or its other end is gone.</summary>
/// <param name="Ready">What it reported.</param>
internal readonly record struct DescriptorReadable(PollEvents Ready);

/// <summary>A descriptor takes something, or its other end is gone.</summary>
/// <param name="Ready">What it reported.</param>
internal readonly record struct DescriptorWritable(PollEvents Ready);
