using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>What tuples assign, and what comes out of a record or an object that is taken apart.</summary>
public sealed class DeconstructionTests
{
    private const string Usings = """
        using Dapper;
        using Npgsql;

        """;

    /// <param name="constructor">How the unit of work fills its fields.</param>
    [Theory]
    [InlineData("public Work(NpgsqlConnection connection, HttpClient http) => (_connection, _http) = (connection, http);")]
    [InlineData("public Work(NpgsqlConnection connection, HttpClient http) { (_http, (_connection)) = (http, connection); }")]
    public Task A_constructor_that_assigns_a_tuple(string constructor) => TestCode.Of(Usings + $$"""
        public sealed class Work
        {
            private readonly NpgsqlConnection _connection;
            private readonly HttpClient _http;
            private NpgsqlTransaction? _transaction;
            {{constructor}}
            public Task CallAsync() => _http.GetStringAsync("https://a");
            public void Begin() => _transaction = _connection.BeginTransaction();
            public void Commit() => _transaction!.Commit();
        }

        public class Checkout(NpgsqlDataSource source, HttpClient http)
        {
            public async Task RunAsync()
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var other = await source.OpenConnectionAsync();
                var work = new Work(connection, http);
                work.Begin();
                await other.ExecuteAsync("DELETE FROM orders WHERE id = 1");
                await http.GetStringAsync("https://a"); // expect: PGTX103
                await connection.ExecuteAsync("DELETE FROM orders WHERE id = 1");
                await http.GetStringAsync("https://a"); // expect: PGTX101
                work.Commit();
                await http.GetStringAsync("https://a");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Fact]
    public Task A_swap() => TestCode.Of(Usings + """
        public class Checkout(HttpClient http)
        {
            public async Task RunAsync(NpgsqlConnection a, NpgsqlConnection b)
            {
                var x = await a.BeginTransactionAsync();
                var y = await b.BeginTransactionAsync();
                (x, y) = (y, x);
                await y.CommitAsync();
                await a.ExecuteAsync("DELETE FROM orders WHERE id = 1");
                await http.GetStringAsync("https://a"); // expect: PGTX103
                await x.CommitAsync();
                await http.GetStringAsync("https://a");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <param name="type">What carries the connection and its transaction.</param>
    /// <param name="use">How the caller has them.</param>
    [Theory]
    [InlineData("public sealed record Open(NpgsqlConnection Connection, NpgsqlTransaction Transaction);", "var (connection, transaction) = await OpenAsync();")]
    [InlineData("public readonly record struct Open(NpgsqlConnection Connection, NpgsqlTransaction Transaction);", "var (connection, transaction) = await OpenAsync();")]
    [InlineData("public sealed record Open(NpgsqlConnection Connection, NpgsqlTransaction Transaction);", "var open = await OpenAsync(); var (connection, transaction) = (open.Connection, open.Transaction);")]
    [InlineData("public sealed record Open(NpgsqlConnection Connection, NpgsqlTransaction Transaction);", "NpgsqlTransaction transaction; (var connection, transaction) = await OpenAsync();")]
    [InlineData("public sealed class Open(NpgsqlConnection c, NpgsqlTransaction t) { public void Deconstruct(out NpgsqlConnection connection, out NpgsqlTransaction transaction) => (connection, transaction) = (c, t); }", "var (connection, transaction) = await OpenAsync();")]
    [InlineData("public sealed record Open(NpgsqlConnection Connection, NpgsqlTransaction Transaction);", "var ((connection, transaction), _) = (await OpenAsync(), 1);")]
    public Task What_carries_a_transaction_is_taken_apart(string type, string use) => TestCode.Of(Usings + type + $$"""
        public class Checkout(NpgsqlDataSource source, HttpClient http)
        {
            private async Task<Open> OpenAsync() { var c = await source.OpenConnectionAsync(); return new Open(c, await c.BeginTransactionAsync()); }

            public async Task RunAsync()
            {
                {{use}}
                await connection.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: transaction);
                await http.GetStringAsync("https://a"); // expect: PGTX101
                await transaction.CommitAsync();
                await http.GetStringAsync("https://a");
            }
        }
        """).Counting("PGTX101", "PGTX103", "PGTX105").HasMarkedFindings();

    /// <summary>What a method hands out in a tuple is its caller's to end, whatever the parts are called there.</summary>
    /// <param name="type">The tuple.</param>
    /// <param name="taken">How the caller takes it.</param>
    [Theory]
    [InlineData("(NpgsqlConnection, NpgsqlTransaction)", "var (conn, tx) = await BeginAsync();")]
    [InlineData("(NpgsqlConnection Connection, NpgsqlTransaction Transaction)", "var (conn, tx) = await BeginAsync();")]
    [InlineData("(NpgsqlConnection Connection, NpgsqlTransaction Transaction)", "var pair = await BeginAsync(); var conn = pair.Connection; var tx = pair.Transaction;")]
    [InlineData("(NpgsqlConnection Connection, NpgsqlTransaction Transaction)", "var pair = await BeginAsync(); var (conn, tx) = (pair.Item1, pair.Item2);")]
    [InlineData("(NpgsqlConnection, NpgsqlTransaction)", "NpgsqlConnection conn; NpgsqlTransaction tx; (conn, tx) = await BeginAsync();")]
    [InlineData("(System.Data.Common.DbConnection, System.Data.Common.DbTransaction)", "var (conn, tx) = await BeginAsync();")]
    public Task A_tuple_that_a_method_returns(string type, string taken) => TestCode.Of(Usings + $$"""
        public class Checkout(NpgsqlDataSource source, HttpClient http)
        {
            private async Task<{{type}}> BeginAsync()
            {
                var connection = await source.OpenConnectionAsync();
                var transaction = await connection.BeginTransactionAsync();
                return (connection, transaction);
            }

            public async Task RunAsync()
            {
                {{taken}}
                try
                {
                    await conn.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: tx);
                    await http.GetStringAsync("https://a"); // expect: PGTX101
                    await tx.CommitAsync();
                }
                finally
                {
                    await tx.DisposeAsync();
                }
                await http.GetStringAsync("https://a");
            }

            public async Task OnlyDisposedAsync()
            {
                {{taken}}
                await conn.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: tx);
                await tx.DisposeAsync();
                await http.GetStringAsync("https://a");
            }

            public async Task SwallowedAsync()
            {
                try
                {
                    {{taken}}
                    try
                    {
                        await conn.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: tx);
                        await tx.CommitAsync();
                    }
                    finally
                    {
                        await tx.DisposeAsync();
                    }
                }
                catch (NpgsqlException)
                {
                }
                await http.GetStringAsync("https://a");
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103", "PGTX704").HasMarkedFindings();

    /// <summary>Tasks in a tuple are tasks.</summary>
    [Fact]
    public Task A_tuple_of_tasks() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await new NpgsqlCommand("DELETE FROM orders WHERE id = 1", conn, tx).ExecuteNonQueryAsync(ct);
        var both = (First: http.GetStringAsync(url), Second: http.GetStringAsync(url));
        await Task.WhenAll(both.First, both.Second);
        await tx.CommitAsync(ct);
        """).Counting("PGTX102", "PGTX103", "PGTX704").IsQuiet();
}
