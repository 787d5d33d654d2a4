namespace Mainspring.Game;

/// <summary>Where everything was after a step: what is needed to draw between two steps, and no more.</summary>
internal sealed class Snapshot
{
    private readonly Vector[] _enemies;
    private readonly Vector[] _shots;
    private readonly Vector[] _bullets;
    private readonly Vector[] _pickups;

    public Snapshot(World world)
    {
        _enemies = new Vector[world.Enemies.Length];
        _shots = new Vector[world.Shots.Length];
        _bullets = new Vector[world.Bullets.Length];
        _pickups = new Vector[world.Pickups.Length];
    }

    public Vector Player { get; private set; }

    public int ChimeRadius { get; private set; }

    public ReadOnlySpan<Vector> Enemies => _enemies;

    public ReadOnlySpan<Vector> Shots => _shots;

    public ReadOnlySpan<Vector> Bullets => _bullets;

    public ReadOnlySpan<Vector> Pickups => _pickups;

    public void Take(World world)
    {
        Player = world.Player.Position;
        ChimeRadius = world.Chime.Radius;
        for (int i = 0; i < _enemies.Length; i++)
        {
            _enemies[i] = world.Enemies[i].Position;
        }

        for (int i = 0; i < _shots.Length; i++)
        {
            _shots[i] = world.Shots[i].Position;
        }

        for (int i = 0; i < _bullets.Length; i++)
        {
            _bullets[i] = world.Bullets[i].Position;
        }

        for (int i = 0; i < _pickups.Length; i++)
        {
            _pickups[i] = world.Pickups[i].Position;
        }
    }
}
