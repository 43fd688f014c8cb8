using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX206 on a real server: a retry around the statement meets what its failure has left.</summary>
public sealed class PGTX206LiveTests(LiveServers servers)
{
    private const string Pipeline = """
            private static readonly ResiliencePipeline Retry = new ResiliencePipelineBuilder()
                .AddRetry(new RetryStrategyOptions { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(ex => ex.IsTransient), Delay = TimeSpan.FromMilliseconds(50), BackoffType = DelayBackoffType.Exponential })
                .Build();

        """;

    [Fact]
    public async Task The_connection_is_gone_for_every_further_attempt()
    {
        var pair = await LivePair.Of(servers, "PGTX206", "PGTX206.OpenInside", Units.Of("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var command = new NpgsqlCommand("UPDATE orders SET status = 'paid' WHERE id = 1", connection);
                    await Retry.ExecuteAsync(async token => await command.ExecuteNonQueryAsync(token), ct); // expect: PGTX206
            """, Pipeline));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"),
            before: "`InvalidOperationException`; no row", after: "completes; `1 paid`");

        var inTransaction = await LivePair.Of(servers, "PGTX206", "PGTX206.OpenInside", Units.Of("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    await Retry.ExecuteAsync(async token => await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction), ct); // expect: PGTX206
                    await transaction.CommitAsync(ct);
            """, Pipeline));
        await inTransaction.WriteTheSameRows();
        await pair.ObserveAs(inTransaction, "in a transaction, the UPDATE fails once with 40P01", async (program, database) =>
        {
            await database.Execute("CREATE SEQUENCE strikes");
            await database.Execute("CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('strikes') = 1 THEN RAISE EXCEPTION USING ERRCODE = '40P01'; END IF; RETURN NULL; END $$");
            await database.Execute("CREATE TRIGGER strike BEFORE UPDATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION strike()");
            return await program.RunAndTell(database);
        }, before: "`PostgresException` 25P02; no row", after: "completes; `1 paid`");
        pair.PageShowsIt();
    }
}
