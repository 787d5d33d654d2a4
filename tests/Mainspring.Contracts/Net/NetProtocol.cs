using System.Text;
using Mainspring.Net;

namespace Mainspring.Contracts;

/// <summary>Notes what a connection tells it.</summary>
internal sealed class NetProtocol : ConnectionProtocol
{
    public List<string> Story { get; } = [];

    public StringBuilder Text { get; } = new();

    public int Count { get; private set; }

    public Exception? Reason { get; private set; }

    public bool IsLost { get; private set; }

    public bool StaysOpen { get; init; }

    public Action<Connection>? Received { get; init; }

    public override void OnMade(Connection connection) => Story.Add("made");

    public override void OnData(Connection connection, ReadOnlySpan<byte> data)
    {
        Count += data.Length;
        if (Text.Length < 1000)
        {
            Text.Append(Encoding.ASCII.GetString(data[..Math.Min(data.Length, 1000)]));
        }

        if (Story[^1] != "data")
        {
            Story.Add("data");
        }

        Received?.Invoke(connection);
    }

    public override void OnEnd(Connection connection)
    {
        Story.Add("end");
        if (!StaysOpen)
        {
            base.OnEnd(connection);
        }
    }

    public override void OnLost(Connection connection, Exception? reason)
    {
        Story.Add("lost");
        Reason = reason;
        IsLost = true;
    }

    public override void OnPauseWriting(Connection connection)
    {
        Story.Add("pause");
        base.OnPauseWriting(connection);
    }

    public override void OnResumeWriting(Connection connection)
    {
        Story.Add("resume");
        base.OnResumeWriting(connection);
    }
}
