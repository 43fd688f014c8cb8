using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX203 on a real server: a hosted service whose session is terminated in the middle of its transaction.</summary>
public sealed class PGTX203LiveTests(LiveServers servers)
{
    private static readonly TestCode Code = Units.Of("""
                await using var dataSource = NpgsqlDataSource.Create(connectionString);
                using var worker = new Worker(dataSource);
                await worker.StartAsync(ct);
                await worker.ExecuteTask!;
        """, types: """
        public sealed class Worker(NpgsqlDataSource dataSource) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // expect: PGTX203
                await using var transaction = await connection.BeginTransactionAsync(stoppingToken);
                await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('paid')", transaction: transaction);
                await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction);
                await transaction.CommitAsync(stoppingToken);
            }
        }
        """);

    [Fact]
    public async Task The_unit_runs_again_with_Polly()
    {
        var pair = await LivePair.Of(servers, "PGTX203", "PGTX203.Retry", Code);
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"),
            before: "`PostgresException` 57P01; no row", after: "completes; `1 paid, paid`");
        pair.PageShowsIt();
    }

    [Fact]
    public async Task The_unit_runs_again_in_a_loop()
    {
        var pair = await LivePair.Of(servers, "PGTX203", "PGTX203.Retry", (Code with { Sources = [(Code.Sources[0].Path, Code.Sources[0].Text.Replace("using Polly;\nusing Polly.Retry;\n", ""))] }).WithReferences(ReferenceSet.Everything.Without("Polly")));
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"),
            before: "`PostgresException` 57P01; no row", after: "completes; `1 paid, paid`");
    }
}
