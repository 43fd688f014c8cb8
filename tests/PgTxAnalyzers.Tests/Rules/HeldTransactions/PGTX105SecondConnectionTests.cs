using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>Another connection is taken from the pool while a transaction keeps one.</summary>
public sealed class PGTX105SecondConnectionTests
{
    private const string Members = """
        public sealed class AuditContext(DbContextOptions<AuditContext> options) : DbContext(options)
        {
            public DbSet<Order> Entries => Set<Order>();
        }
        public interface IConnections { NpgsqlConnection Get(); }
        private readonly IDbContextFactory<AuditContext> audits = null!;
        private readonly AuditContext audit = null!;
        private readonly IConnections connections = null!;
        private readonly ShopContext same = null!;
        private readonly DbContext any = null!;
        private async Task<int> LimitAsync(NpgsqlDataSource from)
        {
            await using var connection = await from.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<int>("SELECT 1");
        }
        private Task<int> LimitLaterAsync(NpgsqlDataSource from) => LimitAsync(from);
        private async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource from)
        {
            var opened = from.CreateConnection();
            await opened.OpenAsync();
            return opened;
        }
        private async Task WriteAsync(NpgsqlTransaction given, NpgsqlDataSource from)
        {
            var on = given.Connection ?? await from.OpenConnectionAsync();
            await on.ExecuteAsync("UPDATE orders SET status = 'b'");
        }
        """;

    /// <summary>altinn-resource-registry's tests of a sequence: what concurrent transactions see of each other is what they are for.</summary>
    [Theory]
    [InlineData("Shop.IntegrationTests", "await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"SELECT 1\");", 0)]
    [InlineData("Shop.IntegrationTests", "using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);\nawait using var first = await source.OpenConnectionAsync(ct);", 1)]
    [InlineData("Shop.Api", "await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"SELECT 1\");", 1)]
    public async Task A_project_of_tests_has_the_pool_for_itself(string assembly, string begin, int findings)
    {
        var code = TestCode.Method(begin + "\nawait using var other = await source.OpenConnectionAsync(ct);");
        var found = await AnalyzerRun.Findings(code.Compile().WithAssemblyName(assembly), code.AnalyzerOptions(), Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
        Assert.Equal(findings, found.Count(f => f.Id == "PGTX105"));
    }

    [Theory]
    [InlineData("await using var other = await source.OpenConnectionAsync(ct); // expect: PGTX105")]
    [InlineData("await using var other = source.CreateConnection();\nawait other.OpenAsync(ct); // expect: PGTX105")]
    [InlineData("await using var other = new NpgsqlConnection(url);\nother.Open(); // expect: PGTX105\nawait other.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var other = new NpgsqlConnection(url);\nawait other.ExecuteAsync(\"SELECT 1\"); // expect: PGTX105")]
    [InlineData("await using var command = source.CreateCommand(\"SELECT 1\");\nawait command.ExecuteNonQueryAsync(ct); // expect: PGTX105")]
    [InlineData("await using var other = await OpenAsync(source); // expect: PGTX105")]
    [InlineData("await LimitLaterAsync(source); // expect: PGTX105")]
    [InlineData("var limit = LimitAsync(source); // expect: PGTX105\nawait limit;")]
    [InlineData("Func<Task> limit = async () => await LimitAsync(source); // expect: PGTX105\nawait limit();")]
    [InlineData("await using var audit2 = await audits.CreateDbContextAsync(ct);\nawait audit2.SaveChangesAsync(ct); // expect: PGTX105")]
    [InlineData("await audit.Entries.Where(e => e.Id > 1).ToListAsync(ct); // expect: PGTX105")]
    [InlineData("foreach (var entry in audit.Entries) // expect: PGTX105\n    entry.Id++;")]
    [InlineData("var some = audit.Entries.Where(e => e.Id > 1).ToList(); // expect: PGTX105")]
    [InlineData("var byId = audit.Entries.ToDictionary(e => e.Id); // expect: PGTX105")]
    [InlineData("var some = audit.Entries.AsEnumerable().Where(e => e.Id > 1).ToArray(); // expect: PGTX105")]
    [InlineData("await audit.Database.ExecuteSqlAsync($\"SELECT 1\", ct); // expect: PGTX105")]
    public Task A_second_connection_is_found(string statements) => TestCode.Method($"""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'a'", ct);
        {statements}
        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    [Theory]
    [InlineData("await using var other = await source.OpenConnectionAsync(ct); // expect: PGTX105")]
    [InlineData("await using var audit2 = audits.CreateDbContext();\nawait audit2.Entries.CountAsync(ct); // expect: PGTX105")]
    [InlineData("await db.SaveChangesAsync(ct); // expect: PGTX105")]
    public Task Beside_a_connection_that_was_opened_here_as_well(string statements) => TestCode.Method($"""
        await using var own = await source.OpenConnectionAsync(ct);
        await using var tx = await own.BeginTransactionAsync(ct);
        {statements}
        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    /// <summary>Had a transaction begun on what the delegate returns, it would be open already.</summary>
    [Theory]
    [InlineData("await using var other = make();\nawait other.OpenAsync(ct); // expect: PGTX105")]
    [InlineData("await using var other = make.Invoke();\nother.Open(); // expect: PGTX105")]
    [InlineData("await CountAsync(); // expect: PGTX105")]
    [InlineData("await tx.CommitAsync(ct);\nawait using var other = make();\nawait other.OpenAsync(ct);")]
    [InlineData("await using var other = make();\nif (other.State != System.Data.ConnectionState.Open) await other.OpenAsync(ct);")]
    [InlineData("await using var other = make();\nif (other is { State: System.Data.ConnectionState.Closed }) await other.OpenAsync(ct);")]
    [InlineData("await using var other = make();\nvar isOpen = other.State == System.Data.ConnectionState.Open;\nif (!isOpen) await other.OpenAsync(ct);")]
    [InlineData("await using var other = make();\nawait other.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("var other = await later(ct);\nawait other.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await own.CloseAsync();\nawait own.OpenAsync(ct);")]
    public Task What_a_delegate_from_outside_returns_is_another_one_if_it_has_to_be_opened(string statements) => TestCode.Method($"""
        await using var own = await MadeAsync();
        await using var tx = await own.BeginTransactionAsync(ct);
        await own.ExecuteAsync("UPDATE orders SET status = 'a'");
        {statements}
        """, """
        private Func<NpgsqlConnection> make = null!;
        private Func<CancellationToken, Task<NpgsqlConnection>> later = null!;
        public void Set(Func<NpgsqlConnection> other) => make = other;
        private async Task<NpgsqlConnection> MadeAsync()
        {
            var made = make();
            await made.OpenAsync();
            return made;
        }
        private async Task<long> CountAsync()
        {
            await using var counting = await MadeAsync();
            return await counting.ExecuteScalarAsync<long>("SELECT count(*) FROM orders");
        }
        """).Counting("PGTX105").HasMarkedFindings();

    /// <summary>What the object has held since it was constructed is not what its method makes, though both are of one class.</summary>
    [Theory]
    [InlineData("", "await injected.Orders.CountAsync(ct); // expect: PGTX105")]
    [InlineData("", "await repository.CountAsync(); // expect: PGTX105")]
    [InlineData("", "await Auto.SaveChangesAsync(ct); // expect: PGTX105")]
    [InlineData("", "await old.SaveChangesAsync(ct); // expect: PGTX105")]
    [InlineData("", "await local.SaveChangesAsync(ct);")]
    [InlineData("", "await new Repository(local).CountAsync();")]
    [InlineData("", "await later.SaveChangesAsync(ct);")]
    [InlineData("", "await assigned.SaveChangesAsync(ct);")]
    [InlineData("", "await shops.Current.SaveChangesAsync(ct);")]
    [InlineData("", "await given.SaveChangesAsync(ct);")]
    [InlineData("later = local;", "await later.SaveChangesAsync(ct);")]
    [InlineData("await injected.Database.UseTransactionAsync(Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(tx), ct);", "await injected.SaveChangesAsync(ct);")]
    public Task Of_two_contexts_of_one_class_one_may_be_older(string before, string query) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        public sealed class Order { public int Id { get; set; } }
        public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
        }

        public interface IShops { Shop Current { get; } }
        public sealed class Repository
        {
            private readonly Shop shop;
            public Repository(Shop shop) => this.shop = shop;
            public Task<int> CountAsync() => shop.Orders.CountAsync();
        }

        public sealed class Service(Shop injected, Shop assigned, Repository repository, IShops shops, IDbContextFactory<Shop> factory)
        {
            private readonly Shop old = injected;
            private Shop later = injected;
            public Shop Auto { get; } = injected;
            public void Renew(Shop shop) => assigned = shop;
            public async Task Run(Shop given, CancellationToken ct)
            {
                await using var local = await factory.CreateDbContextAsync(ct);
                await using var tx = await local.Database.BeginTransactionAsync(ct);
                {{before}}
                {{query}}
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX105").HasMarkedFindings();

    [Theory]
    [InlineData("its own connection", "await db.Database.GetDbConnection().ExecuteAsync(\"SELECT 1\");\nawait db.SaveChangesAsync(ct);")]
    [InlineData("opened before the begin is not taken in it", "")]
    [InlineData("after the commit", "await tx.CommitAsync(ct);\nawait LimitAsync(source);")]
    [InlineData("before the first command of another", "var other = new NpgsqlConnection(url);")]
    [InlineData("a connection of which nothing is known", "await using var other = connections.Get();\nawait other.OpenAsync(ct);\nawait other.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("the connection parameter, opened where it is closed", "if (conn.State != System.Data.ConnectionState.Open) await conn.OpenAsync(ct);\nawait conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("a context that may be the same", "await same.SaveChangesAsync(ct);")]
    [InlineData("a context that may be anything", "await any.SaveChangesAsync(ct);")]
    [InlineData("a context in the same transaction", "await audit.Database.UseTransactionAsync(Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(tx), ct);\nawait audit.SaveChangesAsync(ct);")]
    [InlineData("a context on the same connection", "audit.Database.SetDbConnection(db.Database.GetDbConnection());\nawait audit.SaveChangesAsync(ct);")]
    [InlineData("fire and forget on another thread", "_ = Task.Run(async () => await LimitAsync(source));")]
    [InlineData("a context that tracks and does not save", "audit.Add(new Order());")]
    [InlineData("a query of a context that nobody enumerates", "var later = audit.Entries.AsEnumerable().Select(e => e.Id);")]
    [InlineData("what a context tracks", "var tracked = audit.ChangeTracker.Entries<Order>().ToList();")]
    public Task It_is_quiet_for(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        return TestCode.Method($"""
                await using var early = await source.OpenConnectionAsync(ct);
            await using var tx = await db.Database.BeginTransactionAsync(ct);
            await early.ExecuteAsync("SELECT 1");
            {statements}
            """, Members).Counting("PGTX105").IsQuiet();
    }

    [Fact]
    public Task The_transaction_s_own_connection_is_not_opened_again() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await WriteAsync(tx, source);
        await tx.CommitAsync(ct);
        """, Members).IsQuiet();

    /// <summary>A context on the transaction's connection, by its options: where that is done, no context's connection is surely another one.</summary>
    [Fact]
    public Task A_context_that_is_given_the_connection_is_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await using var mine = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(conn).Options);
        await mine.Database.UseTransactionAsync(tx, ct);
        await mine.SaveChangesAsync(ct);
        await tx.CommitAsync(ct);
        """).IsQuiet();

    private const string ReadCommitted = "private static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = IsolationLevel.ReadCommitted };\n";

    [Theory]
    [InlineData("await using var a = await source.OpenConnectionAsync(ct);\nawait using var b = await source.OpenConnectionAsync(ct); // expect: PGTX105")]
    [InlineData("await using var a = await source.OpenConnectionAsync(ct);\nawait LimitAsync(source); // expect: PGTX105")]
    [InlineData("await using var a = await source.OpenConnectionAsync(ct);\nawait db.SaveChangesAsync(ct); // expect: PGTX105")]
    [InlineData("await using (var a = await source.OpenConnectionAsync(ct)) await a.ExecuteAsync(\"SELECT 1\");\nawait LimitAsync(source);\nawait LimitAsync(source);")]
    [InlineData("var a = await source.OpenConnectionAsync(ct);\nawait a.CloseAsync();\nawait a.OpenAsync(ct);\nawait a.CloseAsync();\nawait LimitAsync(source);")]
    [InlineData("await db.SaveChangesAsync(ct);\nawait LimitAsync(source);\nawait db.SaveChangesAsync(ct);")]
    [InlineData("await using var a = await source.OpenConnectionAsync(ct);\nusing (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled)) await LimitAsync(source);")]
    public Task In_a_scope_two_at_once_are_found_and_one_after_the_other_is_quiet(string statements) => TestCode.Method($"""
        using var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
        {statements}
        scope.Complete();
        """, Members + "\n" + ReadCommitted).HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_symptom_the_chain_and_the_line_of_the_begin()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await LimitLaterAsync(source); // expect: PGTX105
            """, Members).HasMarkedFindings());

        Assert.Equal(
            "The connection pool runs dry under load: 'Service.LimitLaterAsync → Service.LimitAsync → NpgsqlDataSource.OpenConnectionAsync' takes a second connection while the transaction begun at line 22 keeps one",
            finding.GetMessage());
        Assert.Equal("LimitLaterAsync(source)", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync(ct)", "LimitAsync(from)", "from.OpenConnectionAsync()"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Fact]
    public async Task For_a_scope_it_says_what_the_server_says()
    {
        var finding = Assert.Single(await TestCode.Method("""
            using var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await using var a = await source.OpenConnectionAsync(ct);
            await using var b = await source.OpenConnectionAsync(ct); // expect: PGTX105
            scope.Complete();
            """, ReadCommitted).HasMarkedFindings());

        Assert.StartsWith("Prepared transactions are disabled (55000): 'NpgsqlDataSource.OpenConnectionAsync' takes a second connection while the TransactionScope created at line 22 keeps one", finding.GetMessage());
    }

    [Fact]
    public Task Long_by_intent_is_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
        await LimitAsync(source);
        await tx.CommitAsync(ct);
        """, Members).IsQuiet();

    private const string Container = "Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Unit>(provider)";

    /// <summary>Two units that came out of a container, wherever, are one object, mostly: it opens no second connection. Two that are made here are two.</summary>
    [Theory]
    [InlineData(Container, Container, "")]
    [InlineData("unit", "other", "")]
    [InlineData("unit", Container, "")]
    [InlineData("new Unit(source)", "new Unit(source)", " // expect: PGTX105")]
    [InlineData(Container, "new Unit(source)", " // expect: PGTX105")]
    public Task Units_that_may_be_one_object(string first, string second, string expected) => TestCode.Method($$"""
        var one = {{first}};
        one.Update();
        var two = {{second}};
        two.Update();{{expected}}
        two.Commit();
        one.Commit();
        """, """
        private readonly IServiceProvider provider = null!;
        private readonly Unit unit = null!;
        private readonly Unit other = null!;
        }

        public sealed class Unit(NpgsqlDataSource source)
        {
            private NpgsqlTransaction? tx;
            private NpgsqlTransaction Tx => tx ??= source.OpenConnection().BeginTransaction();
            public void Update() => Tx.Connection!.Execute("UPDATE orders SET status = 'paid' WHERE id = 1");
            public void Commit() => Tx.Commit();
        """).Counting("PGTX105").HasMarkedFindings();

    /// <summary>A transaction that the object has from before, it has at the next call as well: the finding stands where it begins one, and at one place.</summary>
    [Theory]
    [InlineData("tx ??= source.OpenConnection().BeginTransaction();")]
    [InlineData("if (tx == null) tx = source.OpenConnection().BeginTransaction();")]
    [InlineData("if (null == tx) tx = source.OpenConnection().BeginTransaction();")]
    [InlineData("if (tx is null) { tx = source.OpenConnection().BeginTransaction(); }")]
    [InlineData("if (tx is not { }) tx = source.OpenConnection().BeginTransaction();")]
    [InlineData("if (tx != null) return; tx = source.OpenConnection().BeginTransaction();")]
    public Task An_object_begins_once(string begin) => TestCode.Method("""
        await using var own = await conn.BeginTransactionAsync(ct);
        unit.Begin(); // expect: PGTX105
        unit.Begin();
        unit.Begin();
        await own.CommitAsync(ct);
        """, $$"""
        private readonly Unit unit = null!;
        }

        public sealed class Unit(NpgsqlDataSource source)
        {
            private NpgsqlTransaction? tx;
            public void Begin() { {{begin}} }
            public void Commit() => tx!.Commit();
        """).Counting("PGTX105").HasMarkedFindings();

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        #pragma warning disable PGTX105
        await LimitAsync(source);
        #pragma warning restore PGTX105
        """, Members).IsQuiet();
}
