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

    private readonly string? folder;
    private Process? process;

    private PostgresServer(string given) => ConnectionString = given;

    private PostgresServer(string folder, int port)
    {
        this.folder = folder;
        Port = port;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username={Superuser};Database={Superuser}";
    }

    /// <summary>As a superuser, on the database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Of a server of the tests' own.</summary>
    public int Port { get; }

    /// <summary>The connection string of the server that is given; null where the tests have one of their own.</summary>
    public static string? Given => Environment.GetEnvironmentVariable("PGTX_TEST_POSTGRES") is { Length: > 0 } given ? given : null;

    private string Data => Path.Combine(folder!, "data");

    /// <summary>Null where none can be had.</summary>
    public static async Task<PostgresServer?> Start() => Given is { } given ? new(given) : await StartOwn();

    /// <summary>One that nobody else uses: it can be stopped. Null where PostgreSQL is not installed.</summary>
    public static Task<PostgresServer?> StartOwn() => ServerProcess.Find("initdb") is { } initdb && ServerProcess.Find("postgres") is not null
        ? StartOn(data => ServerProcess.Run(initdb, ["-D", data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]))
        : Task.FromResult<PostgresServer?>(null);

    /// <summary>A standby of this server, which follows it from now on. Null where the program that copies a server is not installed.</summary>
    public Task<PostgresServer?> StartStandby() => ServerProcess.Find("pg_basebackup") is { } backup
        ? StartOn(data => ServerProcess.Run(backup, ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Superuser, "-D", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]))
        : Task.FromResult<PostgresServer?>(null);

    /// <summary>Stops it as <c>pg_ctl stop</c> does: its sessions are ended (57P01), and nobody listens on the port afterwards.</summary>
    public async Task Stop()
    {
        if (process is null)
            return;
        // SIGINT is the fast shutdown: it ends the sessions and does not wait for them.
        if (!process.HasExited)
            ServerProcess.Run("kill", ["-INT", $"{process.Id}"], asServer: false);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Starts it after <see cref="Stop"/>, on the same port and with the same data.</summary>
    public async Task StartAgain()
    {
        // Nothing of it outlives the tests: it need not survive a crash.
        process = ServerProcess.StartServer(
            ServerProcess.Find("postgres")!,
            [
                "-D", Data, "-k", folder!, "-h", "127.0.0.1", "-p", $"{Port}", "-c", "fsync=off", "-c", "full_page_writes=off",
                "-c", "max_connections=200", "-c", "max_prepared_transactions=10", "-c", "deadlock_timeout=200ms",
            ]);
        await WaitUntilReady();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static async Task<PostgresServer?> StartOn(Action<string> fill)
    {
        var server = new PostgresServer(ServerProcess.NewFolder("postgres"), ServerProcess.FreePort());
        try
        {
            fill(server.Data);
            await server.StartAgain();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
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
