using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public sealed class PGTX102TransactionWaitsFixTests
{
    [Fact]
    public async Task Waits_before_the_transaction() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("DELETE FROM holds", transaction: transaction);

            // The partner is slow.
            await /*call*/Task.Delay(TimeSpan.FromSeconds(1), ct);
            await connection.ExecuteAsync("DELETE FROM orders", transaction: transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(PGTX102TransactionWaitsFix.MoveBeforeKey, """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            // The partner is slow.
            await Task.Delay(TimeSpan.FromSeconds(1), ct);

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            await connection.ExecuteAsync("DELETE FROM orders", transaction: transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Waits_after_the_commit() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Holds.ExecuteDeleteAsync(ct);
            await /*call*/Task.Delay(1000, ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(PGTX102TransactionWaitsFix.MoveAfterKey, """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Holds.ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
            await Task.Delay(1000, ct);
        }
        """);

    [Fact]
    public async Task A_back_off_waits_when_the_connection_is_given_back() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            for (var attempt = 1; ; attempt++)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
                try
                {
                    await connection.ExecuteAsync("DELETE FROM holds WHERE id = @id", new { id }, transaction);
                    await transaction.CommitAsync(ct);
                    return;
                }
                catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.SerializationFailure && attempt < 5)
                {
                    logger.LogWarning(ex, "Again.");

                    // Longer each time.
                    await /*call*/Task.Delay(100 * attempt, ct);
                }
            }
        }
        """).Becomes(PGTX102TransactionWaitsFix.EndFirstKey, """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            for (var attempt = 1; ; attempt++)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                try
                {
                    await connection.ExecuteAsync("DELETE FROM holds WHERE id = @id", new { id }, transaction);
                    await transaction.CommitAsync(ct);
                    return;
                }
                catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.SerializationFailure && attempt < 5)
                {
                    logger.LogWarning(ex, "Again.");

                    await connection.DisposeAsync();
                    // Longer each time.
                    await Task.Delay(100 * attempt, ct);
                }
            }
        }
        """);

    [Fact]
    public async Task A_back_off_on_a_connection_of_somebody_else_ends_the_transaction() => await Fix("""
        public void Run(int id)
        {
            while (true)
            {
                using (var transaction = /*begin*/shared.BeginTransaction())
                {
                    try
                    {
                        shared.Execute("DELETE FROM holds WHERE id = @id", new { id }, transaction);
                        transaction.Commit();
                        return;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient)
                    {
                        /*call*/Thread.Sleep(100);
                    }
                }
            }
        }
        """).Becomes(PGTX102TransactionWaitsFix.EndFirstKey, """
        public void Run(int id)
        {
            while (true)
            {
                using (var transaction = shared.BeginTransaction())
                {
                    try
                    {
                        shared.Execute("DELETE FROM holds WHERE id = @id", new { id }, transaction);
                        transaction.Commit();
                        return;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient)
                    {
                        transaction.Dispose();
                        Thread.Sleep(100);
                    }
                }
            }
        }
        """);

    [Theory]
    [InlineData("a semaphore guards what follows it", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        await /*call*/gate.WaitAsync(ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the transaction is used after the back-off", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        try
        {
            await transaction.SaveAsync("before", ct);
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        }
        catch (PostgresException)
        {
            await transaction.RollbackAsync("before", ct);
            await /*call*/Task.Delay(100, ct);
        }

        await shared.ExecuteAsync("DELETE FROM orders", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the question is printed before it", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        Console.Write("All? ");
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        var answer = /*call*/Console.ReadLine();
        await shared.ExecuteAsync("UPDATE orders SET label = @answer", new { answer }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("how long it waits comes out of the transaction, and what it does is decided there", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        var pause = await shared.ExecuteScalarAsync<int>("SELECT 1", transaction: transaction);
        await /*call*/Task.Delay(pause, ct);
        if (await shared.ExecuteAsync("DELETE FROM orders", transaction: transaction) == 0)
        {
            return;
        }

        await transaction.CommitAsync(ct);
        """)]
    public async Task Not_offered_when(string why, string body)
    {
        var (_, offers) = await Fix($$"""
            // {{why}}
            public async Task RunAsync(SemaphoreSlim gate, CancellationToken ct)
            {
            {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}}
            }
            """).Results();
        Assert.Empty(offers);
    }

    private static StatedFinding Fix(string members) => new(new PGTX102TransactionWaitsFix(), "PGTX102", members);
}
