using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX703 on a real server: the second begin is refused; one that is hidden in a text ends the outer transaction.</summary>
public sealed class PGTX703LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_second_begin_does_not_nest()
    {
        var pair = await LivePair.Of(servers, "PGTX703", "PGTX703.Reuse", Units.Of("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var outer = await connection.BeginTransactionAsync(ct);
                    await connection.ExecuteAsync("UPDATE orders SET status = 'packed' WHERE id = 1", transaction: outer);
                    await using var inner = await connection.BeginTransactionAsync(ct); // expect: PGTX703
                    await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('packed')", transaction: inner);
                    await inner.CommitAsync(ct);
                    await outer.CommitAsync(ct);
            """));
        await pair.Observe("two transactions on one connection; *use the transaction that is open*", (program, database) => program.RunAndTell(database),
            before: "`InvalidOperationException`; no row", after: "completes; `1 packed, packed`");

        var onContext = await LivePair.Of(servers, "PGTX703", "PGTX703.Savepoint", Units.OnContext("UseNpgsql(connectionString)", """
                    await using var outer = await db.Database.BeginTransactionAsync(ct);
                    await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'packed' WHERE id = 1", ct);
                    await using (var inner = await db.Database.BeginTransactionAsync(ct)) // expect: PGTX703
                    {
                        await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('packed')", ct);
                        await inner.CommitAsync(ct);
                    }

                    await outer.CommitAsync(ct);
            """));
        await pair.ObserveAs(onContext, "two on one context; *set a savepoint*", (program, database) => program.RunAndTell(database),
            before: "`InvalidOperationException`; no row", after: "completes; `1 packed, packed`");

        var asText = await LivePair.Of(servers, "PGTX703", Text("BEGIN;", "COMMIT;", "// expect: PGTX703"), Text("SAVEPOINT note", "RELEASE SAVEPOINT note", ""));
        await pair.ObserveAs(asText, "`BEGIN;` and `COMMIT;` as text, against `SAVEPOINT` and `RELEASE` by hand", (program, database) => program.RunAndTell(database),
            before: "`InvalidOperationException`; `1 packed, packed`", after: "completes; `1 packed, packed`");
        await pair.ObserveAs(asText, "the same, and a failure before the outer commit", (program, database) => program.RunAndTell(database, meanwhile: () => throw new TimeoutException()),
            before: "`TimeoutException`; `1 packed, packed`", after: "`TimeoutException`; no row");
        pair.PageShowsIt();
    }

    private static TestCode Text(string begin, string end, string mark) => Units.Of($"""
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET status = 'packed' WHERE id = 1", transaction: transaction);
                await connection.ExecuteAsync("{begin}", transaction: transaction); {mark}
                await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('packed')", transaction: transaction);
                await connection.ExecuteAsync("{end}", transaction: transaction);
                await Meanwhile();
                await transaction.CommitAsync(ct);
        """, members: LiveProgram.MeanwhileField);
}
