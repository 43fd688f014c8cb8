using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The transaction runs again, from its begin or from the opening of its connection; a scope that nobody meant to be serializable is not.</summary>
public sealed class PGTX204SerializableWithoutRetryFixTests
{
    private const string Retry = "PGTX204.Retry";
    private const string State = "PGTX204.ReadCommitted";

    private static readonly ReferenceSet NoPolly = ReferenceSet.Everything.Without("Polly");

    private static TestCode Code(string members) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);

        public sealed class Seats(NpgsqlDataSource dataSource, HttpClient http, ShopContext db)
        {
        {{members}}
        }
        """);

    [Fact]
    public async Task With_the_opening_inside_whatever_is_transient_is_tried_again() => await Code("""
            public async Task<int> AssignAsync(int seat, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);

                // Two guests may want the same seat.
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // expect: PGTX204
                var assigned = await connection.ExecuteAsync("UPDATE seats SET guest = 1 WHERE id = @seat AND guest IS NULL", new { seat }, transaction);
                await transaction.CommitAsync(ct);
                return assigned;
            }
        """).WithReferences(NoPolly).Fix("PGTX204", Retry).Becomes(Code("""
            public async Task<int> AssignAsync(int seat, CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await using var connection = await dataSource.OpenConnectionAsync(ct);

                        // Two guests may want the same seat.
                        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct);
                        var assigned = await connection.ExecuteAsync("UPDATE seats SET guest = 1 WHERE id = @seat AND guest IS NULL", new { seat }, transaction);
                        await transaction.CommitAsync(ct);
                        return assigned;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), ct);
                    }
                }
            }
        """).WithReferences(NoPolly));

    /// <summary>A conflict has committed nothing. A lost connection may have been lost behind the commit, and the balance would be taken twice.</summary>
    [Fact]
    public async Task What_counts_is_tried_again_after_a_conflict_alone() => await Code("""
            public async Task TakeAsync(int account, int amount, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // expect: PGTX204
                await connection.ExecuteAsync("UPDATE accounts SET balance = balance - @amount WHERE id = @account AND balance >= @amount", new { account, amount }, transaction);
                await transaction.CommitAsync(ct);
            }
        """).WithReferences(NoPolly).Fix("PGTX204", Retry).Becomes(Code("""
            public async Task TakeAsync(int account, int amount, CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await using var connection = await dataSource.OpenConnectionAsync(ct);
                        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct);
                        await connection.ExecuteAsync("UPDATE accounts SET balance = balance - @amount WHERE id = @account AND balance >= @amount", new { account, amount }, transaction);
                        await transaction.CommitAsync(ct);
                        break;
                    }
                    catch (PostgresException ex) when (ex.SqlState is "40001" or "40P01" && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), ct);
                    }
                }
            }
        """).WithReferences(NoPolly));

    [Fact]
    public async Task On_a_connection_of_the_callers_only_a_conflict_is() => await Code("""
            public void Assign(NpgsqlConnection connection, int seat)
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead); // expect: PGTX204
                connection.Execute("UPDATE seats SET guest = 1 WHERE id = @seat", new { seat }, transaction);
                transaction.Commit();
            }
        """).WithReferences(NoPolly).Fix("PGTX204", Retry).Becomes(Code("""
            public void Assign(NpgsqlConnection connection, int seat)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
                        connection.Execute("UPDATE seats SET guest = 1 WHERE id = @seat", new { seat }, transaction);
                        transaction.Commit();
                        break;
                    }
                    catch (PostgresException ex) when (ex.SqlState is "40001" or "40P01" && attempt < 5)
                    {
                        Thread.Sleep(100 * (1 << attempt) + Random.Shared.Next(100));
                    }
                }
            }
        """).WithReferences(NoPolly));

    [Fact]
    public async Task The_level_may_be_sent_as_text() => await Code("""
            public async Task RefreshAsync(CancellationToken ct)
            {
                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                {
                    await connection.ExecuteAsync("BEGIN ISOLATION LEVEL SERIALIZABLE"); // expect: PGTX204
                    await connection.ExecuteAsync("UPDATE reports SET refreshed = now()");
                    await connection.ExecuteAsync("COMMIT");
                }
            }
        """).WithReferences(NoPolly).Fix("PGTX204", Retry).Becomes(Code("""
            public async Task RefreshAsync(CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await using (var connection = await dataSource.OpenConnectionAsync(ct))
                        {
                            await connection.ExecuteAsync("BEGIN ISOLATION LEVEL SERIALIZABLE");
                            await connection.ExecuteAsync("UPDATE reports SET refreshed = now()");
                            await connection.ExecuteAsync("COMMIT");
                        }

                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), ct);
                    }
                }
            }
        """).WithReferences(NoPolly));

    [Fact]
    public async Task A_context_that_retries_has_its_strategy() => await Code("""
            public async Task CloseAsync(int seat, CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204
                await db.Database.ExecuteSqlAsync($"UPDATE seats SET closed = true WHERE id = {seat}", ct);
                await transaction.CommitAsync(ct);
            }
        """).WithOption("pgtx.retrying_strategy", "true").Fix("PGTX204", Retry).Becomes(Code("""
            public async Task CloseAsync(int seat, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct);
                    await db.Database.ExecuteSqlAsync($"UPDATE seats SET closed = true WHERE id = {seat}", ct);
                    await transaction.CommitAsync(ct);
                }, ct);
            }
        """));

    /// <summary>The strategy tries again after a lost connection too, and the commit may have been done.</summary>
    [Fact]
    public async Task A_strategy_is_nothing_for_a_statement_that_counts() => await Code("""
            public async Task TakeAsync(int seat, CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204
                await db.Database.ExecuteSqlAsync($"UPDATE seats SET left = left - 1 WHERE id = {seat}", ct);
                await transaction.CommitAsync(ct);
            }
        """).WithOption("pgtx.retrying_strategy", "true").Fix("PGTX204").IsNotOffered();

    [Theory]
    [InlineData("new System.Transactions.TransactionScope()", "new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted, Timeout = System.Transactions.TransactionManager.DefaultTimeout })")]
    [InlineData("new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.RequiresNew, TimeSpan.FromSeconds(5))", "new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.RequiresNew, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromSeconds(5) })")]
    public async Task A_scope_says_what_it_is(string before, string after)
    {
        await Code(Scope(before, " // expect: PGTX204")).Fix("PGTX204", State).Becomes(Code(Scope(after, "")));

        static string Scope(string creation, string mark) => $$"""
                public void Grant()
                {
                    using var scope = {{creation}};{{mark}}
                    using var connection = dataSource.OpenConnection();
                    connection.Execute("UPDATE points SET value = value + 1");
                    scope.Complete();
                }
            """;
    }

    [Theory]
    // A scope whose level somebody chose.
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.Serializable }); // fix: PGTX204\n        using var connection = dataSource.OpenConnection();\n        connection.Execute(\"UPDATE points SET value = 1\");\n        scope.Complete();")]
    // A context without retries wraps the 40001, and a loop would not see it.
    [InlineData("await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204\n        await db.Database.ExecuteSqlAsync($\"UPDATE seats SET guest = 1\", ct);\n        await transaction.CommitAsync(ct);")]
    // Nobody ends the failed transaction before the next attempt would begin.
    [InlineData("var transaction = await given.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204\n        await given.ExecuteAsync(\"UPDATE seats SET guest = 1\", transaction: transaction);\n        await transaction.CommitAsync(ct);")]
    // A charge would be made twice.
    [InlineData("await using var transaction = await given.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204\n        await given.ExecuteAsync(\"UPDATE seats SET guest = 1\", transaction: transaction);\n        await http.PostAsync(\"/charges\", null, ct);\n        await transaction.CommitAsync(ct);")]
    public async Task Nothing_is_offered_where_a_retry_would_not_help_or_do_harm(string statements) => await Code($$"""
            public async Task RunAsync(NpgsqlConnection given, CancellationToken ct)
            {
                await Task.Yield();
                {{statements}}
            }
        """).Fix("PGTX204").IsNotOffered();

    /// <summary>The unit ends in another member: a retry around its begin would repeat that alone.</summary>
    [Fact]
    public async Task Nothing_is_offered_where_a_unit_of_work_keeps_the_transaction() => await Code("""
            private NpgsqlConnection? held;
            private NpgsqlTransaction? kept;

            public async Task RunAsync(CancellationToken ct)
            {
                await BeginAsync(ct);
                await held!.ExecuteAsync("UPDATE seats SET guest = 1");
                await kept!.CommitAsync(ct);
            }

            private async Task BeginAsync(CancellationToken ct)
            {
                held = await dataSource.OpenConnectionAsync(ct);
                kept = await held.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204
            }
        """).Fix("PGTX204").IsNotOffered();
}
