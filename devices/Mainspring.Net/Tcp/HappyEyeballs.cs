using System.Net;
using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>
/// Tries the addresses of a host, each a while before the next joins it, the families by turns; the first that answers is it, and the others are given up (RFC 8305).
/// </summary>
internal sealed class HappyEyeballs
{
    private readonly MainLoop _loop;
    private readonly string _target;
    private readonly ConnectOptions _options;
    private readonly IReadOnlyList<EndPoint> _addresses;
    private readonly List<ConnectAttempt> _running = [];
    private readonly List<ConnectAttempt> _failed = [];
    private readonly LoopSignal<ConnectAttempt> _winner;
    private ConnectAttempt? _immediate;
    private TimerHandle _next;
    private int _started;
    private bool _isOver;

    public HappyEyeballs(MainLoop loop, string target, IReadOnlyList<EndPoint> addresses, ConnectOptions options)
    {
        (_loop, _target, _options) = (loop, target, options);
        _addresses = InTurns(addresses);
        _winner = new LoopSignal<ConnectAttempt>(loop);
    }

    /// <summary>Addresses in the order of trying: the families by turns, beginning with the first one's.</summary>
    public static IReadOnlyList<EndPoint> InTurns(IReadOnlyList<EndPoint> addresses)
    {
        if (addresses.Count < 3)
        {
            return addresses;
        }

        AddressFamily first = addresses[0].AddressFamily;
        var these = new Queue<EndPoint>(addresses.Where(address => address.AddressFamily == first));
        var others = new Queue<EndPoint>(addresses.Where(address => address.AddressFamily != first));
        var turns = new List<EndPoint>(addresses.Count);
        while (these.Count + others.Count > 0)
        {
            if (these.TryDequeue(out EndPoint? one))
            {
                turns.Add(one);
            }

            if (others.TryDequeue(out EndPoint? other))
            {
                turns.Add(other);
            }
        }

        return turns;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="NetworkException">None has answered; the message names each, and why.</exception>
    public async LoopTask<SafeSocketHandle> Connect(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            TryNext();
            if (_immediate is null && _running.Count == 0)
            {
                throw Failure();
            }

            return (_immediate ?? await _winner.Begin(cancellationToken)).Take();
        }
        finally
        {
            _isOver = true;
            _next.Cancel();
            foreach (ConnectAttempt attempt in _running.ToArray())
            {
                attempt.Dispose();
            }
        }
    }

    private void TryNext()
    {
        _next.Cancel();
        while (_started < _addresses.Count)
        {
            EndPoint address = _addresses[_started++];
            var attempt = new ConnectAttempt(_loop, $"connect:{Addresses.Text(address)}", address, _options, OnEnded);
            if (attempt.Start())
            {
                _running.Add(attempt);
                if (_started < _addresses.Count && _options.AttemptDelay != Timeout.InfiniteTimeSpan)
                {
                    _next = _loop.CallLater(_options.AttemptDelay, static eyeballs => eyeballs.TryNext(), this);
                }

                return;
            }

            if (attempt.Error == SocketError.Success)
            {
                Win(attempt);
                return;
            }

            _failed.Add(attempt);
        }
    }

    private void OnEnded(ConnectAttempt attempt)
    {
        _running.Remove(attempt);
        if (_isOver)
        {
            attempt.Dispose();
            return;
        }

        if (attempt.Error == SocketError.Success)
        {
            Win(attempt);
            return;
        }

        _failed.Add(attempt);
        if (attempt.Error == SocketError.OperationAborted)
        {
            _winner.SetException(new OperationCanceledException($"connect to {_target}: loop '{_loop.Name}' was disposed."));
            return;
        }

        TryNext();
        if (_running.Count == 0 && _immediate is null)
        {
            _winner.SetException(Failure());
        }
    }

    private void Win(ConnectAttempt attempt)
    {
        _immediate = attempt;
        _winner.SetResult(attempt);
        _next.Cancel();
    }

    private NetworkException Failure()
    {
        if (_failed.Count == 1)
        {
            string where = Addresses.Text(_failed[0].Remote);
            return NetworkErrors.Make(where == _target ? $"connect to {_target}" : $"connect to {_target} ({where})", _failed[0].Error);
        }

        string each = string.Join("; ", _failed.Select(static attempt => $"{Addresses.Text(attempt.Remote)}: {NetworkErrors.Describe(attempt.Error)}"));
        return new NetworkException(
            $"connect to {_target}: none of its {_failed.Count} addresses answered: {each}", _failed.Count > 0 ? _failed[^1].Error : SocketError.HostNotFound);
    }
}
