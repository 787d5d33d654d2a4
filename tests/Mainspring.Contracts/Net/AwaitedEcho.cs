using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>Messages that go to an echo and come back, with awaits, one after another.</summary>
internal static class AwaitedEcho
{
    /// <summary>Checks that a message costs no allocation. The connection is to be aborted then.</summary>
    public static void AllocatesNothing(MainLoop loop, Connection client)
    {
        byte[] message = new byte[100];
        byte[] answer = new byte[100];
        int rounds = 0;
        int wanted = 0;
        Rounds().Forget();
        Allocations.None(() =>
        {
            wanted++;
            for (int i = 0; i < 1000 && rounds < wanted; i++)
            {
                loop.Tick(Pump.Wait);
            }

            Check.Equal(wanted, rounds);
        });

        async LoopTask Rounds()
        {
            try
            {
                while (true)
                {
                    await client.WriteAsync(message);
                    await client.ReadExactly(answer);
                    rounds++;
                    while (rounds >= wanted)
                    {
                        await loop.Yield();
                    }
                }
            }
            catch (NetworkException)
            {
                // the case is over
            }
        }
    }
}
