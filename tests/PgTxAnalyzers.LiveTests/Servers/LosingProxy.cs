using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>
/// Stands between a program and its server, and loses one answer: that to the first COMMIT. The server has committed by then; the program sees a connection that breaks, as when
/// the machine of the server goes away in that moment. Everything before and afterwards passes unchanged.
/// </summary>
internal sealed class LosingProxy : IAsyncDisposable
{
    /// <summary>The whole message, as Npgsql sends it: a query of the simple protocol, with its length.</summary>
    private static readonly byte[] Commit = [(byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly Task accepting;
    private int commits;

    /// <param name="connectionString">Of the server behind it.</param>
    public LosingProxy(string connectionString)
    {
        server = new(connectionString);
        listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port }.ConnectionString;
        accepting = Accept();
    }

    /// <summary>Leads to the server through here.</summary>
    public string ConnectionString { get; }

    /// <summary>Nobody else is let in; who is connected is let go when the program or the server closes.</summary>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    private async Task Accept()
    {
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(Serve(await listener.AcceptTcpClientAsync()));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    /// <summary>One connection, until either side closes it or the answer is lost.</summary>
    private async Task Serve(TcpClient client)
    {
        var isLosing = false;
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(server.Host!, server.Port);

        // Who has sent COMMIT waits: what the server sends after it is the answer.
        var questions = Pass(near, far, question =>
        {
            isLosing |= question.EndsWith(Commit) && Interlocked.Increment(ref commits) == 1;
            return true;
        });
        var answers = Pass(far, near, _ => !Volatile.Read(ref isLosing));
        await Task.WhenAny(questions, answers);
        near.Close();
        far.Close();
        await Task.WhenAll(questions, answers);
    }

    private static async Task Pass(TcpClient from, TcpClient to, Passes passes)
    {
        var piece = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(piece) is > 0 and var length && passes(piece.AsSpan(0, length)))
                await to.GetStream().WriteAsync(piece.AsMemory(0, length));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone, and the other follows.
        }
    }

    private delegate bool Passes(ReadOnlySpan<byte> piece);
}
