using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX110 on a real server: one transaction locks what all of it has touched, and loses all of it. The rule has no fix: where the work may be cut is a person's decision.</summary>
public sealed class PGTX110LiveTests(LiveServers servers)
{
    private const string Connection = """
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
        """;

    [Fact]
    public async Task One_transaction_holds_and_loses_everything()
    {
        var update = await LivePair.Of(servers, "PGTX110", Units.Of($$"""
            {{Connection}}
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    await connection.ExecuteAsync("UPDATE orders SET status = 'scored'", transaction: transaction); // expect: PGTX110
                    await Meanwhile();
                    await transaction.CommitAsync(ct);
            """, LiveProgram.MeanwhileField), Units.Of($$"""
            {{Connection}}
                    for (var last = 0; last < 10; last += 2)
                    {
                        await using var transaction = await connection.BeginTransactionAsync(ct);
                        await connection.ExecuteAsync("UPDATE orders SET status = 'scored' WHERE id > @last AND id <= @last + 2", new { last }, transaction);
                        await Meanwhile();
                        await transaction.CommitAsync(ct);
                    }
            """, LiveProgram.MeanwhileField));
        await update.WriteTheSameRows();
        await update.Observe("other sessions update one row after the other meanwhile, `lock_timeout = 100ms`", Others, before: "10 of 10 rows: 55P03", after: "2 of 10 rows: 55P03");

        var file = await LivePair.Of(servers, "PGTX110", Units.Of($$"""
            {{Connection}}
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    foreach (var line in File.ReadLines(url))
                    {
                        await connection.ExecuteAsync("INSERT INTO events (note) VALUES (@line)", new { line }, transaction); // expect: PGTX110
                    }

                    await transaction.CommitAsync(ct);
            """), Units.Of($$"""
            {{Connection}}
                    foreach (var batch in File.ReadLines(url).Chunk(2))
                    {
                        await using var transaction = await connection.BeginTransactionAsync(ct);
                        foreach (var line in batch)
                        {
                            await connection.ExecuteAsync("INSERT INTO events (note) VALUES (@line)", new { line }, transaction);
                        }

                        await transaction.CommitAsync(ct);
                    }
            """));
        await update.ObserveAs(file, "a file whose lines are `a`, `b`, `c`", (program, database) => Import(program, database, "a", "b", "c"),
            before: "completes; `a, b, c`", after: "completes; `a, b, c`");
        await update.ObserveAs(file, "its last line is refused (a check)", (program, database) => Import(program, database, "a", "b", "refused"),
            before: "`PostgresException` 23514; no row", after: "`PostgresException` 23514; `a, b`");
        update.PageShowsIt();
    }

    /// <summary>At the first occasion: what comes later is another part's.</summary>
    private static async Task<string> Others(LiveProgram program, LiveDatabase database)
    {
        await database.Configure("lock_timeout", "100ms");
        List<string> seen = [];
        await program.Run(database.ConnectionString, meanwhile: async () =>
        {
            for (var id = 1; id <= 10 && seen.Count < 10; id++)
                seen.Add(await database.TryUpdate($"UPDATE orders SET charge = 'c' WHERE id = {id}"));
        });
        return $"{seen.Count(other => other.Contains("55P03", StringComparison.Ordinal))} of {seen.Count} rows: 55P03";
    }

    private static async Task<string> Import(LiveProgram program, LiveDatabase database, params string[] lines)
    {
        await database.Execute("ALTER TABLE events ADD CHECK (note <> 'refused')");
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, lines);
            return await program.RunAndTell(database, url: path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
