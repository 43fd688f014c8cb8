using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX705 on a real server: the commit of an aborted transaction is a rollback, and nobody is told.</summary>
public sealed class PGTX705LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_commit_rolls_everything_back_without_an_error()
    {
        var pair = await LivePair.Of(servers, "PGTX705", Units.Of(Statements("", "// expect: PGTX705", "")), Units.Of(Statements(
            "await transaction.SaveAsync(\"row\", ct);", "", "await transaction.RollbackAsync(\"row\", ct);")));
        await pair.Observe("the INSERT meets a row that is there", (program, database) => program.RunAndTell(database),
            before: "completes; no row", after: "completes; `1 paid`");
        pair.PageShowsIt();
    }

    private static string Statements(string savepoint, string mark, string back) => $$"""
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction);
                {{savepoint}}
                try
                {
                    await connection.ExecuteAsync("INSERT INTO orders (id, status) VALUES (2, 'new')", transaction: transaction);
                }
                catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.UniqueViolation) {{mark}}
                {
                    // It is there already.
                    {{back}}
                }

                await transaction.CommitAsync(ct);
        """;
}
