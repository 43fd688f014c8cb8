using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>
/// PGTX105 on a real server: whoever waits for a second connection holds the one that another one waits for. The rule has no fix: which connection is to do the work is a person's decision.
/// </summary>
public sealed class PGTX105LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_second_connection_never_comes()
    {
        var pair = await LivePair.Of(servers, "PGTX105", Unit("""
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('paying')", transaction: transaction);
            await Meanwhile();
            await using var second = new NpgsqlConnection(connectionString);
            await second.OpenAsync(ct); // expect: PGTX105
            var limit = await second.ExecuteScalarAsync<string>("SELECT status FROM orders WHERE id = 2");
            await connection.ExecuteAsync("UPDATE orders SET charge = @limit WHERE id = 1", new { limit }, transaction);
            await transaction.CommitAsync(ct);
            """), Unit("""
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('paying')", transaction: transaction);
            await Meanwhile();
            var limit = await connection.ExecuteScalarAsync<string>("SELECT status FROM orders WHERE id = 2", transaction: transaction);
            await connection.ExecuteAsync("UPDATE orders SET charge = @limit WHERE id = 1", new { limit }, transaction);
            await transaction.CommitAsync(ct);
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("two callers in their transactions, on a pool of two", TwoCallers, before: "`NpgsqlException`: the connection pool has been exhausted", after: LivePair.Completes);

        var row = await LivePair.Of(servers, "PGTX105", Unit("""
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction);
            await using (var second = new NpgsqlConnection(connectionString))
            {
                await second.OpenAsync(ct); // expect: PGTX105
                await second.ExecuteAsync("UPDATE orders SET charge = 'ch_1' WHERE id = 1");
            }

            await transaction.CommitAsync(ct);
            """), Unit("""
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction);
            await connection.ExecuteAsync("UPDATE orders SET charge = 'ch_1' WHERE id = 1", transaction: transaction);
            await transaction.CommitAsync(ct);
            """));
        await row.Observe("one caller whose second connection updates the same row, `Command Timeout=2`", OneCaller,
            before: "`idle in transaction`, waits for `Client`; `active`, waits for `Lock`; `NpgsqlException`; no row", after: "completes; `1 paid ch_1`");
        pair.PageShowsIt(row);
    }

    /// <summary>Both are in their transactions before either of them goes on.</summary>
    private static async Task<string> TwoCallers(LiveProgram program, LiveDatabase database)
    {
        var pool = database.With("Maximum Pool Size=2;Timeout=1");
        var (inside, both) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Task Arrive()
        {
            if (Interlocked.Increment(ref inside) == 2)
                both.SetResult();
            return both.Task;
        }

        try
        {
            await Task.WhenAll(program.Run(pool, meanwhile: Arrive), program.Run(pool, meanwhile: Arrive));
            return LivePair.Completes;
        }
        catch (NpgsqlException exception) when (LivePair.IsExhausted(exception))
        {
            return LivePair.Exhausted;
        }
    }

    /// <summary>What its sessions do while one of them waits for a lock, if one does, and how it ends.</summary>
    private static async Task<string> OneCaller(LiveProgram program, LiveDatabase database)
    {
        var running = program.RunAndTell(database, "Command Timeout=2");
        IReadOnlyList<string> sessions = [];
        while (sessions.Count == 0 && !running.IsCompleted)
        {
            sessions = await database.Rows("""
                WITH ours AS MATERIALIZED (SELECT state, wait_event_type, backend_start FROM pg_stat_activity WHERE datname = current_database() AND application_name = '')
                SELECT format('`%s`, waits for `%s`', state, wait_event_type) FROM ours WHERE EXISTS (SELECT FROM ours WHERE wait_event_type = 'Lock') ORDER BY backend_start
                """);
        }

        return string.Join("; ", [.. sessions, await running]);
    }

    private static TestCode Unit(string statements) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;

        public static class Unit
        {
            {{LiveProgram.MeanwhileField}}

            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
        {{statements}}
            }
        }
        """);
}
