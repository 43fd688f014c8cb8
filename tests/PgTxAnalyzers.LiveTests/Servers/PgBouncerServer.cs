using System.Diagnostics;
using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>
/// A PgBouncer in transaction mode before the tests' PostgreSQL. Debian's package is 1.18: it does not know protocol-level prepared statements.
/// Each database has two server connections, the one that was used last being the first to be used again: two clients, one after the other, surely share it, and one that
/// comes while another client is in a transaction surely gets the other.
/// </summary>
internal sealed class PgBouncerServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;
    private readonly int port;

    private PgBouncerServer(Process process, string folder, int port) => (this.process, this.folder, this.port) = (process, folder, port);

    /// <summary>Null where none is installed.</summary>
    public static async Task<PgBouncerServer?> Start(PostgresServer behind)
    {
        if (ServerProcess.Find("pgbouncer") is not { } pgbouncer)
            return null;

        var folder = ServerProcess.NewFolder("pgbouncer");
        var server = new NpgsqlConnectionStringBuilder(behind.ConnectionString);
        var port = ServerProcess.FreePort();
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(settings, $"""
            [databases]
            * = host={server.Host} port={server.Port} user={server.Username} {(server.Password is { Length: > 0 } password ? "password=" + password : "")}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            max_client_conn = 200
            server_lifetime = 3600

            """);
        var bouncer = new PgBouncerServer(ServerProcess.StartServer(pgbouncer, [settings]), folder, port);
        await bouncer.WaitUntilReady(behind);
        return bouncer;
    }

    /// <summary>The string that leads to the same database through the pooler.</summary>
    public string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task WaitUntilReady(PostgresServer behind)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Through(behind.ConnectionString) + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (attempt < 100 && !process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }
}
