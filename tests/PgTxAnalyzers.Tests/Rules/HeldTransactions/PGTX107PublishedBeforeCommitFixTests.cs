using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public sealed class PGTX107PublishedBeforeCommitFixTests
{
    private const string Key = "PGTX107.MoveAfterCommit";

    [Fact]
    public async Task A_job_is_enqueued_after_the_commit() => await Code("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);

        // The invoice is rendered by a worker.
        jobs.Enqueue<Worker>(w => w.RunAsync(7)); // fix: PGTX107
        await tx.CommitAsync(ct);
        """).Fix("PGTX107", Key).Becomes(Code("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await tx.CommitAsync(ct);

        // The invoice is rendered by a worker.
        jobs.Enqueue<Worker>(w => w.RunAsync(7));
        """));

    [Fact]
    public async Task Behind_the_connection_where_it_is_opened_here() => await Code("""
        await using (var own = await source.OpenConnectionAsync(ct))
        {
            await using var tx = await own.BeginTransactionAsync(ct);
            await own.ExecuteAsync("UPDATE orders SET status = 'a'");
            jobs.Enqueue<Worker>(w => w.RunAsync(7)); // fix: PGTX107
            await tx.CommitAsync(ct);
        }
        """).Fix("PGTX107", Key).Becomes(Code("""
        await using (var own = await source.OpenConnectionAsync(ct))
        {
            await using var tx = await own.BeginTransactionAsync(ct);
            await own.ExecuteAsync("UPDATE orders SET status = 'a'");
            await tx.CommitAsync(ct);
        }

        jobs.Enqueue<Worker>(w => w.RunAsync(7));
        """));

    /// <summary>What the expression names is called later, on a connection of its own.</summary>
    [Fact]
    public async Task A_job_that_uses_the_database_itself() => await Code("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        jobs.Enqueue<DbWorker>(w => w.RunAsync(7)); // fix: PGTX107
        await tx.CommitAsync(ct);
        """).Fix("PGTX107", Key).Becomes(Code("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await tx.CommitAsync(ct);
        jobs.Enqueue<DbWorker>(w => w.RunAsync(7));
        """));

    [Fact]
    public async Task Not_where_its_result_is_stored_in_the_transaction() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var job = jobs.Enqueue<Worker>(w => w.RunAsync(7)); // fix: PGTX107
        await conn.ExecuteAsync("UPDATE orders SET status = @job", new { job });
        await tx.CommitAsync(ct);
        """).Fix("PGTX107", Key).IsNotOffered();

    [Fact]
    public async Task Many_at_once_are_nobody_s_decision() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        jobs.Enqueue<Worker>(w => w.RunAsync(7)); // fix: PGTX107
        await tx.CommitAsync(ct);
        """).Fix("PGTX107", Key).HasNoFixAll();

    private static TestCode Code(string statements) => TestCode.Of($$"""
        using Dapper;
        using Hangfire;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        public class Worker { public Task RunAsync(int id) => Task.CompletedTask; }

        public class DbWorker(NpgsqlDataSource source)
        {
            public async Task RunAsync(int id)
            {
                await using var own = await source.OpenConnectionAsync();
                await own.ExecuteAsync("DELETE FROM orders WHERE id = @id", new { id });
            }
        }

        public class Service(IBackgroundJobClient jobs)
        {
            public async Task Run(NpgsqlConnection conn, NpgsqlDataSource source, DbContext db, CancellationToken ct)
            {
        {{string.Join("\n", statements.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "        " + line))}}
                await Task.CompletedTask;
            }
        }
        """);
}
