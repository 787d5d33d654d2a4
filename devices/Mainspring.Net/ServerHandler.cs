namespace Mainspring.Net;

/// <summary>A handler of a server, with one connection: a task of the loop, which is cancelled with those. A method that takes no token is cancelled by the end of its connection.</summary>
internal sealed class ServerHandler(Server server, Connection connection, Func<Connection, CancellationToken, LoopTask> method, bool takesToken)
{
    private readonly LoopSignal<bool>? _end = takesToken ? null : new(server.Loop);
    private StartedTask? _task;
    private TimerHandle _patience;
    private bool _hasBegun;
    private bool _isOver;
    private bool _isCancelled;
    private bool _isAsked; // to end: one without a token

    public Connection Connection => connection;

    public void Start()
    {
        _task = server.Loop.StartTaskNow(takesToken ? Run : RunWithoutToken, connection.Name);
        if (!_hasBegun && _task.IsCompleted)
        {
            End(); // the loop's task factory has failed
        }
        else if (_isCancelled)
        {
            _task.Cancel(); // by itself, before there was a task
        }
    }

    /// <summary>The server closes its connections: of one without a token that is all it hears. It is not waited for without an end.</summary>
    public void Cancel()
    {
        if (takesToken)
        {
            _isCancelled = true;
            _task?.Cancel();
        }

        if (!_isOver && !_isAsked && !server.Loop.IsClosing)
        {
            _isAsked = true;
            _patience = server.Loop.CallLater(server.HandlerPatience, static handler => handler.Leave(), this);
        }
    }

    // The loop's tasks are cancelled. It is waited for, but not without an end: what it awaits from the loop then is cancelled when that is disposed.
    private async LoopTask RunWithoutToken(CancellationToken token)
    {
        Run(CancellationToken.None).Forget();
        if (!_isOver)
        {
            using CancellationTokenRegistration registration = token.UnsafeRegister(static handler => ((ServerHandler)handler!).AskForEnd(), this);
            await _end!.Begin(CancellationToken.None);
        }
    }

    // Any thread.
    private void AskForEnd() => server.Loop.TryPost(
        static handler =>
        {
            if (!handler._isOver)
            {
                handler.CloseConnection();
            }
        },
        this);

    private void CloseConnection()
    {
        connection.Close();
        Cancel();
    }

    private void Leave()
    {
        string limit = $"{server.HandlerPatience.TotalSeconds:0.###} s";
        server.Loop.Warn(connection.Name, takesToken
            ? $"its handler goes on {limit} after it was cancelled, and is left: let it heed its token."
            : $"its handler goes on {limit} after its connection was closed, and is left: give it a token, and heed that.");
        connection.Close();
        _end?.SetResult(true);
        server.OnEnded(this);
    }

    private async LoopTask Run(CancellationToken token)
    {
        _hasBegun = true;
        try
        {
            await method(connection, token);
        }
        catch (NetworkException) when (connection.IsBroken)
        {
            // The other end has gone, which is no fault of the handler.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(exception);
            connection.Abort();
        }
        finally
        {
            End();
        }
    }

    private void Report(Exception exception)
    {
        if (connection.State == ConnectionState.Closed)
        {
            server.Loop.ReportException(exception, $"The handler of {connection.Name} failed", connection); // its source is in the loop no more
        }
        else
        {
            connection.Report(exception);
        }
    }

    private void End()
    {
        _isOver = true;
        _patience.Cancel();
        try
        {
            connection.Close();
        }
        finally
        {
            _end?.SetResult(true);
            server.OnEnded(this);
        }
    }
}
