using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>One database of a test, and an observer of it whose own sessions do not count, and take no part in a program's <c>TransactionScope</c>.</summary>
internal sealed class LiveDatabase : IAsyncDisposable
{
    private const string Observer = "observer";

    private readonly NpgsqlDataSource observer;

    public LiveDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        observer = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = Observer, MaxPoolSize = 3, Enlist = false }.ConnectionString);
    }

    public string ConnectionString { get; }

    /// <summary>The string with more keywords at its end, and so with a pool of its own.</summary>
    public string With(string keywords) => new NpgsqlConnectionStringBuilder(ConnectionString + ";" + keywords).ConnectionString;

    public async Task Execute(string sql)
    {
        await using var command = observer.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A setting that every session has from its start on, as an administrator would set it; the observer's as well.</summary>
    public async Task Configure(string setting, string value)
    {
        await Execute($"ALTER DATABASE \"{new NpgsqlConnectionStringBuilder(ConnectionString).Database}\" SET {setting} = '{value}'");
        observer.Clear();
    }

    /// <summary>The first column of every row, as text; null reads as <c>null</c>.</summary>
    public async Task<IReadOnlyList<string>> Rows(string sql)
    {
        await using var command = observer.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> rows = [];
        while (await reader.ReadAsync())
            rows.Add(reader.IsDBNull(0) ? "null" : reader.GetValue(0).ToString()!);
        return rows;
    }

    /// <summary>What stands in the two tables, in one line each: equal texts are equal contents.</summary>
    public Task<IReadOnlyList<string>> Contents() => Rows("""
        SELECT concat_ws(' ', id, status, charge) FROM orders WHERE status <> 'new' OR charge IS NOT NULL
        UNION ALL SELECT note FROM (SELECT note FROM events ORDER BY id) e
        """);

    /// <summary>The states of the sessions of this database, as <c>pg_stat_activity</c> has them: "idle in transaction".</summary>
    public Task<IReadOnlyList<string>> SessionStates() => Rows($"SELECT state FROM pg_stat_activity WHERE {Theirs} ORDER BY backend_start");

    /// <summary>Waits, ten seconds at most, until the query has a row.</summary>
    public async Task Until(string query)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if ((await Rows(query)).Count > 0)
                return;
            await Task.Delay(50);
        }

        Assert.Fail($"No row within ten seconds: {query}");
    }

    /// <summary>What another session sees that changes rows now.</summary>
    public async Task<string> TryUpdate(string sql)
    {
        try
        {
            await Execute(sql);
            return "the other session goes on";
        }
        catch (PostgresException exception)
        {
            return $"`{nameof(PostgresException)}` {exception.SqlState} in the other session";
        }
    }

    /// <summary>Ends the sessions of this database as an administrator does, or a fast shutdown: 57P01.</summary>
    public Task Terminate() => Rows($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {Theirs}");

    /// <summary>
    /// Ends what the programs left in their pools on the server's side. Clearing the pools of the process would do so as well, but takes the sessions of a
    /// test that runs at the same time from under its eyes.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await Terminate();
        await observer.DisposeAsync();
    }

    private static string Theirs => $"datname = current_database() AND backend_type = 'client backend' AND application_name <> '{Observer}'";
}
