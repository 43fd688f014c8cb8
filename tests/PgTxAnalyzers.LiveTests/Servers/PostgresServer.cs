using System.Diagnostics;
using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>
/// A PostgreSQL of the tests' own, in a folder of its own on a free port of the loopback interface; or the one that
/// <c>PGTX_TEST_POSTGRES</c> (a connection string of a superuser) names.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Name of the superuser, and of a database that is there from the start.</summary>
    public const string Superuser = "postgres";

    private readonly Process? process;
    private readonly string? folder;

    private PostgresServer(string connectionString, Process? process, string? folder) =>
        (ConnectionString, this.process, this.folder) = (connectionString, process, folder);

    /// <summary>As a superuser, on the database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Null where none can be had.</summary>
    public static async Task<PostgresServer?> Start()
    {
        if (Environment.GetEnvironmentVariable("PGTX_TEST_POSTGRES") is { Length: > 0 } given)
            return new(given, null, null);
        if (ServerProcess.Find("initdb") is not { } initdb || ServerProcess.Find("postgres") is not { } postgres)
            return null;

        var folder = ServerProcess.NewFolder("postgres");
        var data = Path.Combine(folder, "data");
        ServerProcess.Run(initdb, ["-D", data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);

        var port = ServerProcess.FreePort();
        // Nothing of it outlives the tests: it need not survive a crash.
        var process = ServerProcess.StartServer(
            postgres,
            ["-D", data, "-k", folder, "-h", "127.0.0.1", "-p", $"{port}", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "max_prepared_transactions=10", "-c", "deadlock_timeout=200ms"]);
        var server = new PostgresServer($"Host=127.0.0.1;Port={port};Username={Superuser};Database={Superuser}", process, folder);
        await server.WaitUntilReady();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        // SIGINT is the fast shutdown: it ends the sessions and does not wait for them.
        if (!process.HasExited)
            ServerProcess.Run("kill", ["-INT", $"{process.Id}"], asServer: false);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder!, recursive: true);
    }

    private async Task WaitUntilReady()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (attempt < 300 && process is { HasExited: false })
            {
                await Task.Delay(100);
            }
        }
    }
}
