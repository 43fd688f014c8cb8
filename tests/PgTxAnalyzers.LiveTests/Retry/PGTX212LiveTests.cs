using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX212 on a real server: <c>ExecuteSql</c> does not go through the strategy.</summary>
public sealed class PGTX212LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_statement_is_repeated_inside_the_strategy_alone()
    {
        var pair = await LivePair.Of(servers, "PGTX212", "PGTX212.WrapInStrategy", Units.OnContext("UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure())", """
                    await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'paid' WHERE id = 1", ct); // expect: PGTX212
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"),
            before: "`PostgresException` 57P01; no row", after: "completes; `1 paid`");
        pair.PageShowsIt();
    }
}
