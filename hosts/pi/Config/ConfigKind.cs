namespace Mainspring.Pi;

/// <summary>What stands at a place of a configuration file.</summary>
internal enum ConfigKind
{
    Object,
    List,
    Text,
    Number,
    Flag,
    Null,
}
