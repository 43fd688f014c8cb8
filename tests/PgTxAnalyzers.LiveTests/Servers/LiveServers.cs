using Npgsql;
using PgTxAnalyzers.LiveTests.Servers;

[assembly: AssemblyFixture(typeof(LiveServers))]

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>The servers of a run: started once, stopped at its end. Each test gets a database of its own.</summary>
public sealed class LiveServers : IAsyncLifetime
{
    private static readonly string[] Schema =
    [
        "CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL, charge text)",
        "CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)",
        "INSERT INTO orders SELECT n, 'new', NULL FROM generate_series(1, 10) n",
    ];

    private PostgresServer? postgres;
    private PgBouncerServer? pgbouncer;
    private int databases;

    public async ValueTask InitializeAsync()
    {
        postgres = await PostgresServer.Start();
        if (postgres is not null)
            pgbouncer = await PgBouncerServer.Start(postgres);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (pgbouncer is not null)
            await pgbouncer.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }

    /// <summary>
    /// A new database with the tables <c>orders</c> (ten rows, all <c>new</c>) and <c>events</c> (empty). Where no server can be had the test is
    /// skipped with the reason; in CI that is a failure, for a run that shows nothing is not green.
    /// </summary>
    internal Task<LiveDatabase> NewDatabase()
    {
        Need(postgres is not null, "PostgreSQL is not installed and PGTX_TEST_POSTGRES is not set");
        return NewDatabase(postgres!);
    }

    /// <summary>A server that the test can stop, and stops at its end.</summary>
    internal static async Task<PostgresServer> NewServer()
    {
        Need(PostgresServer.Given is null, "The test stops its server, or copies it: not the one that PGTX_TEST_POSTGRES names");
        var server = await PostgresServer.StartOwn();
        Need(server is not null, "PostgreSQL is not installed");
        return server!;
    }

    /// <summary>A standby of that server.</summary>
    internal static async Task<PostgresServer> NewStandby(PostgresServer of)
    {
        var standby = await of.StartStandby();
        Need(standby is not null, "pg_basebackup is not installed");
        return standby!;
    }

    /// <summary>The same on a server of the test's own.</summary>
    internal async Task<LiveDatabase> NewDatabase(PostgresServer server)
    {
        var name = $"live{Interlocked.Increment(ref databases)}_{Environment.ProcessId}";
        await using (var admin = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false"))
            await Execute(admin, $"CREATE DATABASE {name}");

        var database = new LiveDatabase(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
        foreach (var statement in Schema)
            await database.Execute(statement);
        return database;
    }

    /// <summary>The string of that database through PgBouncer in transaction mode, with two server connections.</summary>
    internal string ThroughPooler(LiveDatabase database)
    {
        Need(pgbouncer is not null, "PgBouncer is not installed");
        return pgbouncer!.Through(database.ConnectionString);
    }

    private static void Need(bool isThere, string reason)
    {
        if (isThere)
            return;
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
