using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Transactions that PostgreSQL may refuse by design.</summary>
public sealed class PGTX204SerializableWithoutRetryTests
{
    private static TestCode Body(string statements, string handler = "") => RetryCode.Service($$"""
            public async Task RunAsync(IsolationLevel level, CancellationToken ct)
            {
                await using var connection = dataSource.CreateConnection();
                {{statements}}
                await connection.OpenAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET paid = true");
                {{handler}}
            }
        """).Counting("PGTX204");

    [Theory]
    [InlineData("await using var tx = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // expect: PGTX204")]
    [InlineData("await using var tx = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct); // expect: PGTX204")]
    [InlineData("using var tx = connection.BeginTransaction(IsolationLevel.Snapshot); // expect: PGTX204")]
    [InlineData("await using var tx = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);")]
    [InlineData("await using var tx = await connection.BeginTransactionAsync(ct);")]
    [InlineData("await using var tx = await connection.BeginTransactionAsync(level, ct);")]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX204")]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.RequiresNew, TimeSpan.FromSeconds(5), System.Transactions.TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX204")]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { Timeout = TimeSpan.FromSeconds(5) }, System.Transactions.TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX204")]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted }, System.Transactions.TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Suppress, System.Transactions.TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("await connection.ExecuteAsync(\"BEGIN ISOLATION LEVEL REPEATABLE READ\"); // expect: PGTX204")]
    [InlineData("await connection.ExecuteAsync(\"START TRANSACTION ISOLATION LEVEL READ COMMITTED\");")]
    public Task The_level_decides(string begin) => Body(begin).HasMarkedFindings();

    /// <summary>A report or a dump reads from one snapshot. Serializable is another matter: its reads can be the ones that are refused.</summary>
    [Theory]
    [InlineData("RepeatableRead", "SELECT * FROM orders", false)]
    [InlineData("Snapshot", "SELECT * FROM orders", false)]
    [InlineData("RepeatableRead", "SELECT * FROM orders FOR UPDATE", true)]
    [InlineData("RepeatableRead", "SELECT * FROM orders; DELETE FROM orders", true)]
    [InlineData("RepeatableRead", "CALL pay()", true)]
    [InlineData("RepeatableRead", "SET TRANSACTION READ ONLY; SELECT * FROM orders", false)]
    [InlineData("RepeatableRead", "SELECT * FROM orders; INSERT INTO audit (id) VALUES (1) RETURNING id", false)]
    [InlineData("RepeatableRead", "INSERT INTO audit (id) VALUES (1) ON CONFLICT DO NOTHING", true)]
    [InlineData("RepeatableRead", "WITH paid AS (UPDATE orders SET paid = true WHERE id = 1 RETURNING id) INSERT INTO audit SELECT id FROM paid", true)]
    [InlineData("Serializable", "INSERT INTO audit (id) VALUES (1)", true)]
    [InlineData("Serializable", "SELECT * FROM orders", true)]
    public Task In_a_snapshot_nothing_conflicts_with_what_only_reads(string level, string sql, bool found) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var tx = await connection.BeginTransactionAsync(IsolationLevel.{{level}}, ct);{{(found ? " // expect: PGTX204" : "")}}
                await connection.QueryAsync("{{sql}}");
                await tx.CommitAsync(ct);
            }
        """).Counting("PGTX204").HasMarkedFindings();

    [Theory]
    [InlineData("SELECT * FROM orders", "")]
    [InlineData("UPDATE orders SET paid = true", " // expect: PGTX204")]
    public Task Nor_where_the_level_is_in_the_text(string sql, string mark) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");{{mark}}
                await connection.ExecuteAsync("{{sql}}");
                await connection.ExecuteAsync("COMMIT");
            }
        """).Counting("PGTX204").HasMarkedFindings();

    /// <summary>A unit of work keeps the transaction; who calls it decides whether the unit is run again.</summary>
    [Theory]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.Serializable); } // expect: PGTX204", "unit.Begin(); await unit.SaveAsync(ct);")]
    [InlineData("public void Begin() { var begun = context.Database.BeginTransaction(IsolationLevel.Serializable); // expect: PGTX204\ntransaction = begun; }", "unit.Begin(); await unit.SaveAsync(ct);")]
    [InlineData("public async Task BeginAsync() => await context.Database.BeginTransactionAsync(IsolationLevel.Serializable); // expect: PGTX204", "await unit.BeginAsync(); await unit.SaveAsync(ct);")]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.Serializable); }", "for (var attempt = 0; ; attempt++) { try { unit.Begin(); await unit.SaveAsync(ct); return; } catch (PostgresException e) when (e.SqlState == \"40001\" && attempt < 5) { await Task.Delay(100, ct); } }")]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.ReadCommitted); }", "unit.Begin(); await unit.SaveAsync(ct);")]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.RepeatableRead); }", "unit.Begin(); await unit.SaveAsync(ct);")]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.Serializable); }", "await unit.SaveAsync(ct);")]
    [InlineData("public void Begin() { transaction = context.Database.BeginTransaction(IsolationLevel.Serializable); transaction.Dispose(); transaction = null; }", "unit.Begin(); await unit.SaveAsync(ct);")]
    [InlineData("public void Begin(IsolationLevel level) { transaction = context.Database.BeginTransaction(level); }", "unit.Begin(IsolationLevel.Serializable); // expect: PGTX204\nawait unit.SaveAsync(ct);")]
    public Task A_transaction_that_a_unit_of_work_keeps(string begin, string use) => RetryCode.Service($"public async Task RunAsync(Unit unit, CancellationToken ct) {{ {use} }}", types: $$"""
        public sealed class Unit(ShopContext context) : IDisposable
        {
            private IDbContextTransaction? transaction;
            {{begin}}
            public async Task SaveAsync(CancellationToken ct)
            {
                await context.SaveChangesAsync(ct);
                await context.Database.CommitTransactionAsync(ct);
            }

            public void Dispose() => transaction?.Dispose();
        }
        """).Counting("PGTX204").HasMarkedFindings();

    [Fact]
    public Task A_unit_of_work_that_begins_when_it_is_made() => RetryCode.Service("public async Task RunAsync(CancellationToken ct) { using var unit = new Unit(db); await unit.SaveAsync(ct); }", types: """
        public sealed class Unit : IDisposable
        {
            private readonly ShopContext context;
            private readonly IDbContextTransaction transaction;

            public Unit(ShopContext context)
            {
                this.context = context;
                transaction = context.Database.BeginTransaction(IsolationLevel.Serializable); // expect: PGTX204
            }

            public async Task SaveAsync(CancellationToken ct)
            {
                await context.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            }

            public void Dispose() => transaction.Dispose();
        }
        """).Counting("PGTX204").HasMarkedFindings();

    [Fact]
    public Task A_scope_without_database_work_in_sight_is_quiet() => RetryCode.Service("""
            public async Task RunAsync(CancellationToken ct)
            {
                using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
                await http.GetStringAsync("/", ct);
                scope.Complete();
            }
        """).Counting("PGTX204").IsQuiet();

    [Theory]
    [InlineData("catch (PostgresException e) when (e.SqlState is \"40001\" or \"40P01\" && attempt < 5)", false)]
    [InlineData("catch (NpgsqlException e) when (e.IsTransient && attempt < 5)", false)]
    [InlineData("catch (NpgsqlException e) when (e.SqlState is \"57P01\" && attempt < 5)", true)]
    public Task A_loop_counts_when_it_repeats_a_conflict(string handler, bool found) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await OnceAsync(ct);
                        return;
                    }
                    {{handler}}
                    {
                        await Task.Delay(100 * attempt, ct);
                    }
                }
            }

            private async Task OnceAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var tx = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct);{{(found ? " // expect: PGTX204" : "")}}
                await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: tx);
                await tx.CommitAsync(ct);
            }
        """).Counting("PGTX204").HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_level_and_whose_default_it_is()
    {
        var explicitly = Assert.Single(await Body("await using var tx = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // expect: PGTX204").HasMarkedFindings());
        var silently = Assert.Single(await Body("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX204").HasMarkedFindings());

        Assert.Equal("Under load this fails with 40001 and reaches the user as an error: the transaction is serializable, and nothing runs it again", explicitly.GetMessage());
        Assert.Contains("the transaction is serializable, the default of TransactionScope, and nothing", silently.GetMessage());
        Assert.Equal(DiagnosticSeverity.Warning, explicitly.Severity);
        Assert.Equal("connection.BeginTransactionAsync(IsolationLevel.Serializable, ct)", explicitly.Location.Text());
    }

    /// <summary>The strategy begins, and runs again what it was given. That it has no retries is said where they are left out (PGTX201).</summary>
    [Fact]
    public Task A_strategy_that_begins_runs_it_again() => TestCode.Of("""
        using System.Data;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        using Microsoft.Extensions.DependencyInjection;

        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        public static class Startup { public static void Add(IServiceCollection services) => services.AddDbContext<Shop>(o => o.UseNpgsql("Host=a", n => n.EnableRetryOnFailure())); }
        public class Orders(Shop db)
        {
            public Task RunAsync(CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                return strategy.ExecuteInTransactionAsync(async t => { await db.SaveChangesAsync(false, t); }, t => Task.FromResult(true), IsolationLevel.Serializable, ct);
            }
        }
        """).Counting("PGTX204").IsQuiet();
}
