using System.Text;

namespace Mainspring.Net;

// Reading for methods that wait. What was received beyond what they asked for waits in a queue, and is given first.
public abstract partial class Connection
{
    private ByteQueue _input;

    /// <summary>The most that <see cref="ReadLine"/> and <see cref="ReadUntil"/> look through; 64 KiB at first.</summary>
    public int ReadLimit { get; set; } = 64 * 1024;

    /// <summary>Waits for bytes.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <param name="cancellationToken">Ends the wait; no byte is lost.</param>
    /// <returns>How many there were, at least 1; 0 at the end: the other end has completed its writing, or this one was closed.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    /// <exception cref="InvalidOperationException">Somebody reads already, or a protocol does, or this is another thread.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_input.Count == 0 || IsBeingRead || Protocol is not null)
        {
            return ReceiveAsync(buffer, cancellationToken); // which refuses a second reader, and one beside a protocol
        }

        CheckAccess();
        int count = Math.Min(buffer.Length, _input.Count);
        _input.Waiting.Span[..count].CopyTo(buffer.Span);
        _input.Consume(count);
        return new ValueTask<int>(count);
    }

    /// <summary>Waits until a buffer is full.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="cancellationToken">Ends the wait; what was read into the buffer is lost.</param>
    /// <returns>The end. Awaited once.</returns>
    /// <exception cref="EndOfStreamException">The end came before.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask ReadExactly(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int wanted = buffer.Length;
        while (buffer.Length > 0)
        {
            int count = await ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new EndOfStreamException($"{Name}: the stream ended after {wanted - buffer.Length} of {wanted} bytes.");
            }

            buffer = buffer[count..];
        }
    }

    /// <summary>Waits for a delimiter.</summary>
    /// <param name="delimiter">The bytes that end a message; at least one.</param>
    /// <param name="cancellationToken">Ends the wait; no byte is lost.</param>
    /// <returns>The message with its delimiter, in the connection's own memory, valid until the next read. At the end of the stream what is left, without one; then nothing. Awaited once.</returns>
    /// <exception cref="InvalidDataException">There is none within <see cref="ReadLimit"/> bytes; they stay to be read.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask<ReadOnlyMemory<byte>> ReadUntil(ReadOnlyMemory<byte> delimiter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(delimiter.Length, nameof(delimiter));
        if (IsBeingRead)
        {
            throw new InvalidOperationException($"{Name} is being read already: await one read before the next.");
        }

        for (int looked = 0; ;)
        {
            int found = _input.Waiting.Span[looked..].IndexOf(delimiter.Span);
            if (found >= 0 && looked + found + delimiter.Length <= ReadLimit)
            {
                return TakeInput(looked + found + delimiter.Length);
            }

            looked = Math.Max(0, _input.Count - delimiter.Length + 1);
            if (found >= 0 || _input.Count >= ReadLimit)
            {
                throw new InvalidDataException($"{Name}: no delimiter in {ReadLimit} bytes; raise ReadLimit, or close the connection.");
            }

            int count;
            _isFilling = true;
            try
            {
                count = await ReceiveAsync(_input.Room(Math.Min(ReadLimit, 4096)), cancellationToken);
            }
            finally
            {
                _isFilling = false;
            }

            if (count == 0)
            {
                return TakeInput(_input.Count);
            }

            _input.Commit(count);
        }
    }

    /// <summary>Waits for a line of UTF-8 text that ends in LF or CR LF.</summary>
    /// <param name="cancellationToken">Ends the wait; no byte is lost.</param>
    /// <returns>The line without its end; the last one may lack it; null at the end of the stream. Awaited once.</returns>
    /// <exception cref="InvalidDataException">It is longer than <see cref="ReadLimit"/> bytes.</exception>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask<string?> ReadLine(CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> line = await ReadUntil(s_lineFeed, cancellationToken);
        if (line.Length == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> text = line.Span;
        text = text[^1] == '\n' ? text[..^1] : text;
        return Encoding.UTF8.GetString(text is [.. var before, (byte)'\r'] ? before : text);
    }

    /// <summary>The connection as a <see cref="Stream"/>, for code that wants one: <c>PipeReader.Create</c>, <c>StreamReader</c>, <c>SslStream</c>. Its synchronous calls throw.
    /// Disposing it closes the connection.</summary>
    /// <returns>The stream.</returns>
    public Stream AsStream() => new ConnectionStream(this);

    private protected abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    private static readonly byte[] s_lineFeed = [(byte)'\n'];

    // It stays where it is until the next read.
    private ReadOnlyMemory<byte> TakeInput(int count)
    {
        ReadOnlyMemory<byte> taken = _input.Waiting[..count];
        _input.Skip(count);
        return taken;
    }

    private protected bool HasInput => _input.Count > 0;

    /// <summary>Tells the protocol what was received for methods, before it was set.</summary>
    private protected void TellInput()
    {
        if (_input.Count > 0 && Protocol is not null && State == ConnectionState.Open && !IsReadingPaused)
        {
            byte[] bytes = _input.Waiting.ToArray(); // taken before it is told, which may set another protocol, or none
            _input.Clear();
            TellData(bytes);
        }
    }

    /// <summary>Tells the protocol of bytes, or keeps them for methods when it was taken away while they were received.</summary>
    private protected void TellOrKeep(ReadOnlySpan<byte> bytes)
    {
        if (Protocol is null)
        {
            _input.Append(bytes);
        }
        else
        {
            TellData(bytes);
        }
    }

    /// <summary>Reading goes on: for what waits here nobody would call.</summary>
    private protected void ResumeInput()
    {
        if (_input.Count > 0 && Protocol is not null)
        {
            Loop.SynchronizationContext.Post(static connection => ((Connection)connection!).TellInput(), this);
        }
    }

    private void ReleaseInput()
    {
        // What was received can still be read; only an empty queue's memory goes, unless somebody receives into it just now.
        if (!_isFilling)
        {
            _input.Trim();
        }
    }
}
