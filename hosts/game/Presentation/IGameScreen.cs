namespace Mainspring.Game;

/// <summary>Where a person plays: what shows the scene, and what keys come from.</summary>
internal interface IGameScreen : IDisposable
{
    /// <summary>What its keys are, in one line.</summary>
    string Help { get; }

    /// <summary>What it knows only once a frame, such as where the mouse and the sticks are. In <see cref="FramePhase.Input"/>.</summary>
    void ReadInput(Controls controls, WorldView view);

    /// <summary>Draws. In <see cref="FramePhase.Render"/>; allocates nothing.</summary>
    void Render(DrawList list);

    /// <summary>Shows what was drawn. In <see cref="FramePhase.Present"/>; never waits for somebody who looks slowly.</summary>
    void Present();

    /// <summary>Full screen, and back.</summary>
    void ToggleFullScreen();
}
