namespace Mainspring.Game;

/// <summary>Something that happened in a step, for those who draw. The simulation never looks at it.</summary>
internal readonly record struct GameEvent(GameEventKind Kind, Vector Position, int Value = 0);
