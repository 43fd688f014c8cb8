using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX109 on a real server: a command that nobody awaits is still at work when its transaction ends, or has failed without anybody knowing.</summary>
public sealed class PGTX109LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_end_of_the_transaction_does_not_wait_for_the_command()
    {
        // By the commit the insert is over, as it is on most days.
        var dropped = await Pair("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    _ = connection.ExecuteAsync("INSERT INTO events (note) VALUES ('seen')", transaction: transaction); // expect: PGTX109
                    while (connection.FullState != ConnectionState.Open)
                        await Task.Delay(5, ct);
                    await transaction.CommitAsync(ct);
            """);
        await dropped.WriteTheSameRows();
        await dropped.Observe("the dropped insert fails (a check), and the commit comes later", async (program, database) =>
        {
            await database.Execute("ALTER TABLE events ADD CHECK (note <> 'seen')");
            return await program.RunAndTell(database);
        }, before: "completes; no row", after: "`PostgresException` 23514; no row");

        // The insert is awaited before the transaction is disposed: from a disposal under a running command Npgsql does not always come back.
        var late = await Pair("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    var insert = connection.ExecuteAsync("INSERT INTO events (note) VALUES ('seen')", transaction: transaction); // expect: PGTX109
                    try
                    {
                        await transaction.CommitAsync(ct);
                    }
                    finally
                    {
                        await insert;
                    }
            """);
        await dropped.ObserveAs(late, "the insert still runs when the commit comes", WhileTheTableIsLocked, before: "`NpgsqlOperationInProgressException`; no row", after: "completes; `seen`");
        dropped.PageShowsIt();
    }

    private Task<LivePair> Pair(string statements) => LivePair.Of(servers, "PGTX109", "PGTX109.Await", Units.Of(statements));

    /// <summary>The insert waits for somebody else, who goes on half a second after it has begun to wait: a commit that does not wait for it has come by then.</summary>
    private static async Task<string> WhileTheTableIsLocked(LiveProgram program, LiveDatabase database)
    {
        await using var other = new NpgsqlConnection(database.With("Application Name=observer"));
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE events IN EXCLUSIVE MODE", other, transaction))
            await command.ExecuteNonQueryAsync();
        var running = program.RunAndTell(database);
        await database.Until("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        await Task.Delay(500);
        await transaction.CommitAsync();
        return await running;
    }
}
