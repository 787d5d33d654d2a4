namespace Mainspring;

/// <summary>Applies <see cref="RealTimeOptions"/> to the calling thread, and takes them back, on one system.</summary>
internal interface IRealTimeThread
{
    /// <summary>Applies what is asked for. What was applied before one that is refused stays until <see cref="Undo"/>.</summary>
    /// <param name="complain">Takes what the system refuses, when it is not required.</param>
    /// <exception cref="IOException">The system refuses what is required; the message names what would grant it.</exception>
    void Apply(Action<string> complain);

    /// <summary>Gives the thread back what it had.</summary>
    void Undo(Action<string> complain);
}
