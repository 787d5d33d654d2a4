using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>What cases wait for.</summary>
internal static class NetWaits
{
    /// <summary>Reads until the other end has closed or reset the connection.</summary>
    public static async LoopTask WaitClosedByPeer(this Connection connection)
    {
        byte[] buffer = new byte[1000];
        try
        {
            while (await connection.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (NetworkException)
        {
            // a reset
        }
    }
}
