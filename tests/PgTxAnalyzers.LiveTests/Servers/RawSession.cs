using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>
/// A session that speaks PostgreSQL's protocol itself, and so hears what no driver passes on: the command tag of each statement of a text. Without a password, as the tests' own server
/// allows. (PostgreSQL documentation, "Frontend/Backend Protocol": message formats.)
/// </summary>
internal sealed class RawSession : IAsyncDisposable
{
    private readonly TcpClient client;
    private readonly NetworkStream stream;

    private RawSession(TcpClient client) => (this.client, stream) = (client, client.GetStream());

    public static async Task<RawSession> Connect(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var client = new TcpClient();
        await client.ConnectAsync(target.Host!, target.Port);
        var session = new RawSession(client);

        // Version 3.0, then pairs of names and values, then a zero. The length counts itself.
        var body = Encoding.UTF8.GetBytes($"user\0{target.Username}\0database\0{target.Database}\0client_encoding\0UTF8\0\0");
        var start = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(start, start.Length);
        BinaryPrimitives.WriteInt32BigEndian(start.AsSpan(4), 3 << 16);
        body.CopyTo(start, 8);
        await session.stream.WriteAsync(start);
        var answer = await session.Read();
        return answer.Error is null ? session : throw new InvalidOperationException(answer.Error);
    }

    /// <summary>Sends a text, whole, as one query of the simple protocol.</summary>
    public async Task<Answer> Ask(string sql)
    {
        await Send('Q', Encoding.UTF8.GetBytes(sql + "\0"));
        return await Read();
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task Send(char type, byte[] body)
    {
        var message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message, 5);
        await stream.WriteAsync(message);
    }

    private async Task<Answer> Read()
    {
        List<string> tags = [];
        string? value = null, error = null;
        while (true)
        {
            var head = new byte[5];
            await stream.ReadExactlyAsync(head);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            await stream.ReadExactlyAsync(body);
            switch ((char)head[0])
            {
                case 'C':
                    tags.Add(Text(body));
                    break;
                case 'I':
                    // An empty text has no tag.
                    break;
                case 'D' when value is null && BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(2)) is var length and >= 0:
                    value = Encoding.UTF8.GetString(body, 6, length);
                    break;
                case 'E':
                    error ??= Text(body).Replace('\0', ' ');
                    break;
                case 'G':
                    // COPY … FROM STDIN: there is nothing to copy.
                    await Send('c', []);
                    break;
                case 'Z':
                    return new(tags, (char)body[0], value, error);
            }
        }
    }

    private static string Text(byte[] body) => Encoding.UTF8.GetString(body).TrimEnd('\0');

    /// <param name="Tags">One for each statement that has run.</param>
    /// <param name="Status">Of the session afterwards: <c>I</c> in no transaction, <c>T</c> in one, <c>E</c> in a broken one.</param>
    /// <param name="Value">The first column of the first row.</param>
    /// <param name="Error">The server's, with its fields.</param>
    internal sealed record Answer(IReadOnlyList<string> Tags, char Status, string? Value, string? Error);
}
