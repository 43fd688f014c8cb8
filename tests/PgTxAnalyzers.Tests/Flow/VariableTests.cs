using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Which transaction a variable, a field or a connection stands for at a point.</summary>
public class VariableTests
{
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["?. on a transaction that is there"] = """
            NpgsqlTransaction? tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await tx?.CommitAsync(ct)!;
            await http.GetStringAsync(url, ct);
            """,
        ["?. on a transaction that may be there"] = """
            NpgsqlTransaction? tx = null;
            if (url.Length > 3)
                tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            if (url.Length > 5)
                await http.GetStringAsync(url, ct); // expect: PGTX101
            await (tx?.CommitAsync(ct) ?? Task.CompletedTask);
            await http.PostAsync(url, null, ct);
            """,
        ["a null check goes with the begin"] = """
            var tx = url.Length > 3 ? await conn.BeginTransactionAsync(ct) : null;
            await conn.QueryAsync("SELECT 1");
            if (tx is null)
                await http.GetStringAsync(url, ct);
            if (tx is not null)
                await http.PostAsync(url, null, ct); // expect: PGTX101
            if (tx is { } some)
                await some.CommitAsync(ct);
            await http.DeleteAsync(url, ct);
            """,
        ["?? begins where there is none"] = """
            NpgsqlTransaction? given = null;
            var tx = given ?? await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["??= begins where there is none"] = """
            NpgsqlTransaction? tx = null;
            tx ??= await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            tx ??= await conn.BeginTransactionAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["?? throw"] = """
            var tx = conn.BeginTransaction() ?? throw new InvalidOperationException();
            conn.Query("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            tx.Commit();
            await http.PostAsync(url, null, ct);
            """,
        ["begun again after its end"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await http.PostAsync(url, null, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            await http.DeleteAsync(url, ct);
            """,
        ["a variable that is set to null keeps its transaction open"] = """
            NpgsqlTransaction? tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            tx = null;
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["ended through another variable"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            DbTransaction same = tx;
            await conn.QueryAsync("SELECT 1");
            await same.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["ended through a cast"] = """
            IDisposable tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await ((NpgsqlTransaction)tx).CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["two transactions, and the one that is left"] = """
            await using var other = await source.OpenConnectionAsync(ct);
            var first = await conn.BeginTransactionAsync(ct);
            var second = await other.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await other.QueryAsync("SELECT 1");
            await first.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await second.CommitAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["two variables change places"] = """
            await using var other = await source.OpenConnectionAsync(ct);
            var a = await conn.BeginTransactionAsync(ct);
            var b = await other.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            var c = a;
            a = b;
            b = c;
            await b.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX103
            await a.CommitAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["the connection is closed"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await conn.CloseAsync();
            await http.GetStringAsync(url, ct);
            """,
        ["another connection is closed"] = """
            var other = await source.OpenConnectionAsync(ct);
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await other.DisposeAsync();
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["the context is disposed"] = """
            await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            await db.DisposeAsync();
            await http.GetStringAsync(url, ct);
            """,
        ["the facade ends what its own transaction object began"] = """
            var tx = await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            await db.Database.CommitTransactionAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a savepoint is no end"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await tx.SaveAsync("a", ct);
            await tx.RollbackAsync("a", ct);
            await tx.ReleaseAsync("a", ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["the context adopts the transaction"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await db.Database.UseTransactionAsync(tx, ct);
            await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["the connection through the transaction"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await tx.Connection!.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_variable_stands_for_what_was_last_put_into_it(string shape) => TestCode.Method(Bodies[shape]).HasMarkedFindings();

    [Fact]
    public Task A_field_keeps_its_transaction_within_a_method() => TestCode.Method("", """
        private readonly NpgsqlConnection own = new();
        private NpgsqlTransaction? current;

        public async Task Work(HttpClient http, string url)
        {
            current = await own.BeginTransactionAsync();
            await own.QueryAsync("SELECT 1");
            await http.GetStringAsync(url); // expect: PGTX101
            await this.current.CommitAsync();
            await http.PostAsync(url, null);
        }

        public async Task<string> Unknown(HttpClient http, string url)
        {
            var text = await http.GetStringAsync(url);
            await current!.CommitAsync();
            return text;
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_property_and_a_static_field_are_places_as_well() => TestCode.Method("", """
        private static NpgsqlTransaction? shared;

        private NpgsqlTransaction? Current { get; set; }

        public async Task Work(NpgsqlConnection conn, HttpClient http, string url)
        {
            Current = await conn.BeginTransactionAsync();
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url); // expect: PGTX101
            await Current.CommitAsync();
            await http.PostAsync(url, null);
            shared = await conn.BeginTransactionAsync();
            await conn.QueryAsync("SELECT 1");
            await http.PutAsync(url, null); // expect: PGTX101
            await shared.RollbackAsync();
            await http.DeleteAsync(url);
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_transaction_parameter_is_open_until_the_method_ends_it() => TestCode.Method("", """
        public static async Task Work(NpgsqlTransaction tx, DbTransaction? other, HttpClient http, string url)
        {
            await http.GetStringAsync(url); // expect: PGTX101
            await tx.CommitAsync();
            if (other is null)
                return;
            await http.PostAsync(url, null); // expect: PGTX101
            await other.RollbackAsync();
            await http.DeleteAsync(url);
        }
        """).HasMarkedFindings();
}
