using System.Runtime.InteropServices;

namespace Mainspring.Contracts;

/// <summary>A source whose device cannot come back, such as a connection: each attach makes another one, which does all the rest.</summary>
internal sealed class RenewedSource(string name, Func<IPollableSource> make) : IPollableSource
{
    private IPollableSource? _present;

    public string Name => name;

    public SafeHandle Handle => _present!.Handle;

    public PollEvents Interest => _present!.Interest;

    public void Attach(SourceContext context)
    {
        _present = make();
        _present.Attach(context);
    }

    public int Dispatch(PollEvents ready, int maxEvents) => _present!.Dispatch(ready, maxEvents);

    public void Detach() => _present?.Detach();
}
