namespace Mainspring.Embed;

/// <summary>Whom the host has named to be asked about errors. Its data is given back when it was replaced and does not run any more.</summary>
internal sealed unsafe class ErrorCallback(nint callback, nint data, nint destroy)
{
    private bool _hasEnded;

    /// <summary>It is asked now: an error of its own goes to the log.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Asks it.</summary>
    /// <returns>Whether the matter is settled.</returns>
    public bool Ask(nint loop, string what, string message)
    {
        if (callback == 0)
        {
            return false;
        }

        byte[] whatText = Text.ToC(what);
        byte[] messageText = Text.ToC(message);
        bool isSettled;
        IsRunning = true;
        fixed (byte* whatAddress = whatText, messageAddress = messageText)
        {
            isSettled = ((delegate* unmanaged<nint, byte*, byte*, nint, int>)callback)(loop, whatAddress, messageAddress, data) != 0;
        }

        IsRunning = false;
        if (_hasEnded)
        {
            Item.Destroy(destroy, data);
        }

        return isSettled;
    }

    /// <summary>It is not asked again.</summary>
    public void End()
    {
        _hasEnded = true;
        if (!IsRunning)
        {
            Item.Destroy(destroy, data);
        }
    }
}
