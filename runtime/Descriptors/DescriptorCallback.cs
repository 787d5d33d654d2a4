namespace Mainspring;

/// <summary>What is called when a descriptor is ready: an action, and the state that it is given.</summary>
internal abstract class DescriptorCallback
{
    public abstract void Invoke();
}

/// <summary>An action without state.</summary>
internal sealed class PlainDescriptorCallback(Action callback) : DescriptorCallback
{
    public override void Invoke() => callback();
}

/// <summary>An action with its state.</summary>
internal sealed class StatefulDescriptorCallback<TState>(Action<TState> callback, TState state) : DescriptorCallback
{
    public override void Invoke() => callback(state);
}
