using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Ends that a line describes, and ends that nobody describes: a member that nobody can look into, and whose name says that it ends something.</summary>
public class EndingTests
{
    private const string Begin = """
        var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private const string Members = """
        public interface IUnitOfWork
        {
            Task CommitAsync();
            Task RollbackAsync();
            Task<int> CompleteOrderAsync();
            Task<int> CountAsync();
            Task FlushAsync(System.Data.IDbTransaction? given = null);
        }

        private static readonly IUnitOfWork unit = null!;
        """;

    [Theory]
    [InlineData("CommitAsync")]
    [InlineData("RollbackAsync")]
    [InlineData("CompleteOrderAsync")]
    public Task A_member_in_the_dark_that_says_it_ends_silences(string member) => TestCode.Method(Begin + $"""
        await http.GetStringAsync("/before", ct); // expect: PGTX101
        await unit.{member}();
        await http.GetStringAsync(url, ct);
        """, Members).HasMarkedFindings();

    [Fact]
    public Task A_member_in_the_dark_that_says_nothing_does_not() => TestCode.Method(Begin + """
        await unit.CountAsync();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """, Members).HasMarkedFindings();

    [Fact]
    public Task Complete_ends_no_scope() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using var own = await source.OpenConnectionAsync(ct);
        await own.QueryAsync("SELECT 1");
        await unit.CompleteOrderAsync();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """, Members).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("")]
    [InlineData("tx")]
    public Task A_line_makes_a_member_of_any_type_an_end(string argument) => TestCode.Method(Begin + $"""
        await http.GetStringAsync("/before", ct); // expect: PGTX101
        await unit.FlushAsync({argument});
        await http.GetStringAsync(url, ct);
        """, Members).WithAdditionalFile("PgTx.Models.txt", "commit M:Service.IUnitOfWork.FlushAsync").HasMarkedFindings();

    [Fact]
    public Task What_it_is_given_is_what_it_ends() => TestCode.Method(Begin + """
        await using var other = new NpgsqlConnection();
        await using var mine = await other.BeginTransactionAsync(ct);
        await other.QueryAsync("SELECT 1");
        await unit.FlushAsync(mine);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """, Members).WithAdditionalFile("PgTx.Models.txt", "commit M:Service.IUnitOfWork.FlushAsync").Counting("PGTX101").HasMarkedFindings();

    /// <summary>healthgateway's <c>UserProfileService</c>: a helper commits, or says why not.</summary>
    [Theory]
    [InlineData("if (error != null) return;", "return new Failure();", false)]
    [InlineData("if (error is not null) return;", "return Failed();", false)]
    [InlineData("if (error is { }) return;", "return await FailedAsync();", false)]
    [InlineData("if (error is null) { } else return;", "return Failed();", false)]
    [InlineData("if (error == null) return;", "return Failed();", true)]
    [InlineData("if (error != null) return;", "return Perhaps();", true)]
    [InlineData("if (url.Length > 3) return;", "return Failed();", true)]
    public Task Null_says_how_a_helper_came_out(string test, string failure, bool found) => TestCode.Method(Begin + $"""
        Failure? error = await CommitAsync(tx, ct);
        {test}
        await http.GetStringAsync(url, ct);{(found ? " // expect: PGTX101" : "")}
        """, $$"""
        private static async Task<Failure?> CommitAsync(NpgsqlTransaction tx, CancellationToken ct)
        {
            try
            {
                await tx.Connection!.ExecuteAsync("UPDATE orders SET paid = true");
                await tx.CommitAsync(ct);
                return null;
            }
            catch (NpgsqlException)
            {
                {{failure}}
            }
        }

        private static Failure Failed() => new();

        private static Failure? Perhaps() => DateTime.Now.Year > 2000 ? null : new Failure();

        private static async Task<Failure> FailedAsync() => await Task.FromResult(new Failure());

        public sealed class Failure;
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>The other way round: what was saved comes back, and nothing where it failed.</summary>
    [Fact]
    public Task Null_may_say_that_it_failed() => TestCode.Method(Begin + """
        var order = await SaveAsync(tx, ct);
        if (order is null)
        {
            await http.GetStringAsync("/failed", ct); // expect: PGTX101
            return;
        }

        await http.GetStringAsync(url, ct);
        """, """
        private static async Task<Order?> SaveAsync(NpgsqlTransaction tx, CancellationToken ct)
        {
            try
            {
                await tx.Connection!.ExecuteAsync("UPDATE orders SET paid = true");
                await tx.CommitAsync(ct);
                return new Order();
            }
            catch (NpgsqlException)
            {
                return null;
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>Where no transaction lives hardly a call is followed: that one never comes back is noticed all the same.</summary>
    [Theory]
    [InlineData("throw new InvalidOperationException();", "")]
    [InlineData("if (url.Length > 3) throw new InvalidOperationException();", " // expect: PGTX703")]
    public Task Nothing_is_begun_behind_a_helper_that_always_throws(string fails, string mark) => TestCode.Method($$"""
        await FailAsync(url);
        await conn.ExecuteAsync("BEGIN");
        await using var tx = await conn.BeginTransactionAsync(ct);{{mark}}
        """, $$"""private static async Task FailAsync(string url) { await Task.Yield(); {{fails}} }""").Counting("PGTX703").HasMarkedFindings();

    /// <summary>A method that closes an account, and is given the connection that it works on.</summary>
    [Theory]
    [InlineData("CloseAsync")]
    [InlineData("DisposeAsync")]
    [InlineData("Close")]
    public Task A_method_of_ones_own_is_what_its_body_does(string name) => TestCode.Method(Begin + $"""
        await new Accounts().{name}(conn, tx);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        if (url.Length > 5)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """, $$"""
        private sealed class Accounts
        {
            public async Task {{name}}(NpgsqlConnection conn, NpgsqlTransaction tx) => await conn.ExecuteAsync("UPDATE accounts SET closed = true WHERE id = 1", transaction: tx);
        }
        """).Counting("PGTX101", "PGTX704").HasMarkedFindings();
}
