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
}
