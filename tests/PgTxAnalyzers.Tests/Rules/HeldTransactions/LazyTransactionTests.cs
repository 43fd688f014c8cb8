using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>A transaction in a <c>Lazy&lt;T&gt;</c>: whoever asks for its value first, begins it.</summary>
public sealed class LazyTransactionTests
{
    private static TestCode Unit(string body, string unit) => TestCode.Method($$"""
        var unit = new Unit(conn, db);
        {{body}}
        """, $$"""
        }

        public sealed class Unit : IDisposable
        {
            {{unit}}
            public void Update() => Tx.Connection!.Execute("UPDATE orders SET status = 'paid' WHERE id = 1");
            public void Dispose() { }
        """).Counting("PGTX101");

    private const string Held = """
        await http.GetStringAsync(url, ct);
        unit.Update();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Commit();
        await http.GetStringAsync(url, ct);
        """;

    [Theory]
    [InlineData("tx = new Lazy<NpgsqlTransaction>(() => conn.BeginTransaction());")]
    [InlineData("tx = new Lazy<NpgsqlTransaction>(() => { conn.Open(); return conn.BeginTransaction(); }, isThreadSafe: false);")]
    [InlineData("this.tx = new(() => conn.BeginTransaction());")]
    [InlineData("tx = new(conn.BeginTransaction);")]
    [InlineData("tx = new(() => Begin(conn));")]
    [InlineData("connection = conn; tx = new(Begin);")]
    public Task Its_first_reader_begins(string made) => Unit(Held, $$"""
        private readonly Lazy<NpgsqlTransaction> tx;
        public Unit(NpgsqlConnection conn, ShopContext db) { {{made}} }
        private NpgsqlTransaction Tx => tx.Value;
        private readonly NpgsqlConnection? connection;
        private static NpgsqlTransaction Begin(NpgsqlConnection on) => on.BeginTransaction();
        private NpgsqlTransaction Begin() => connection!.BeginTransaction();
        public void Commit() => tx.Value.Commit();
        """).HasMarkedFindings();

    [Fact]
    public Task The_command_that_it_is_given_to_ends_alone() => TestCode.Method("""
        await unit.AddAsync();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Commit();
        """, """
        private readonly Unit unit = null!;
        }

        public sealed class Unit
        {
            private readonly Lazy<NpgsqlTransaction> tx;
            public Unit(NpgsqlConnection conn) => tx = new(() => conn.BeginTransaction());
            public void Commit() => tx.Value.Commit();
            public async Task AddAsync()
            {
                await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", tx.Value.Connection, tx.Value);
                await insert.ExecuteNonQueryAsync();
            }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task The_object_may_come_from_outside() => TestCode.Method("""
        unit.Update();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Commit();
        await http.GetStringAsync(url, ct);
        """, """
        private readonly IUnit unit = null!;
        }

        public interface IUnit { void Update(); void Commit(); void Rollback(); }

        public sealed class Unit : IUnit
        {
            private readonly Lazy<System.Data.IDbConnection> connection;
            private Lazy<System.Data.IDbTransaction> tx;

            public Unit(NpgsqlDataSource source)
            {
                connection = new Lazy<System.Data.IDbConnection>(() => source.OpenConnection());
                tx = new Lazy<System.Data.IDbTransaction>(connection.Value.BeginTransaction);
            }

            public void Update() => tx.Value.Connection!.Execute("UPDATE orders SET status = 'paid' WHERE id = 1");
            public void Commit() { if (!tx.IsValueCreated) return; try { tx.Value.Commit(); } finally { Reset(); } }
            public void Rollback() { if (tx.IsValueCreated) { tx.Value.Rollback(); Reset(); } }
            private void Reset() { tx.Value.Dispose(); tx = new Lazy<System.Data.IDbTransaction>(() => connection.Value.BeginTransaction()); }
        """).Counting("PGTX101", "PGTX105").HasMarkedFindings();

    [Fact]
    public Task Each_unit_begins_anew_behind_a_commit() => Unit("""
        unit.Update();
        unit.Commit();
        await http.GetStringAsync(url, ct);
        unit.Update();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Commit();
        """, """
        private Lazy<NpgsqlTransaction> tx;
        private readonly NpgsqlConnection conn;
        public Unit(NpgsqlConnection conn, ShopContext db) { this.conn = conn; tx = new(() => conn.BeginTransaction()); }
        private NpgsqlTransaction Tx => tx.Value;
        public void Commit() { tx.Value.Commit(); tx = new Lazy<NpgsqlTransaction>(() => conn.BeginTransaction()); }
        """).HasMarkedFindings();

    [Fact]
    public Task A_context_begins_lazily_too() => TestCode.Method("""
        var unit = new Unit(db);
        unit.Tx.CreateSavepoint("a");
        await db.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Tx.Commit();
        await http.GetStringAsync(url, ct);
        """, """
        }

        public sealed class Unit(ShopContext db)
        {
            private readonly Lazy<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> tx = new(() => db.Database.BeginTransaction());
            public Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction Tx => tx.Value;
        """).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("private readonly Lazy<NpgsqlTransaction> tx; public Unit(NpgsqlConnection conn, ShopContext db) => tx = new(() => conn.BeginTransaction());", "unit.Commit();")]
    [InlineData("private readonly Lazy<NpgsqlTransaction> tx; public Unit(NpgsqlConnection conn, ShopContext db) => tx = new(() => throw new InvalidOperationException());", "unit.Update();")]
    [InlineData("private readonly Lazy<NpgsqlTransaction> tx; public Unit(NpgsqlConnection conn, ShopContext db) => tx = new(() => conn.BeginTransaction());", "unit.Rollback();")]
    [InlineData("private readonly Lazy<NpgsqlTransaction> tx; public Unit(NpgsqlConnection conn, ShopContext db) => tx = new(() => tx!.Value);", "unit.Update();")]
    public Task What_nobody_has_asked_for_has_not_begun(string members, string use) => Unit($$"""
        {{use}}
        await http.GetStringAsync(url, ct);
        """, members + """
        private NpgsqlTransaction Tx => tx.Value;
        public void Rollback() { if (tx.IsValueCreated) { tx.Value.Rollback(); } }
        public void Commit() { if (tx.IsValueCreated) tx.Value.Commit(); }
        """).IsQuiet();
}
