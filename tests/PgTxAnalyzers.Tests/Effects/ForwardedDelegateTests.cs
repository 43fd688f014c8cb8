using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>A helper that hands the delegate which it was given on in a lambda of its own: the finding stands in the caller's lambda, once.</summary>
public sealed class ForwardedDelegateTests
{
    /// <param name="forward">What the helper does with its <c>work</c>.</param>
    [Theory]
    [InlineData("protected Task Do(Func<IDbConnection, IDbTransaction, Task> work) => Core(async (c, t) => { await work(c, t); return 1; });")]
    [InlineData("protected async Task Do(Func<IDbConnection, IDbTransaction, Task> work) { await Core(async (c, t) => { await work(c, t); return 1; }); }")]
    [InlineData("protected async Task Do(Func<IDbConnection, IDbTransaction, Task> work) { await Core(async delegate (IDbConnection c, IDbTransaction t) { await work(c, t); return 1; }); }")]
    [InlineData("protected Task Do(Func<IDbConnection, IDbTransaction, Task> work) => Plain((c, t) => work(c, t));")]
    [InlineData("protected Task Do(Func<IDbConnection, IDbTransaction, Task> work) => Plain(work);")]
    [InlineData("protected Task Do(Func<IDbConnection, IDbTransaction, Task> work) => Plain((c, t) => { return work(c, t); });")]
    public Task The_lambda_of_the_caller_says_it(string forward) => Code(forward, """
        public Task RunAsync() => Do(async (c, t) =>
            {
                await c.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: t);
                await http.GetAsync("/"); // expect: PGTX101
            });
        """).HasMarkedFindings();

    /// <summary>A body with a transaction parameter reports its own calls.</summary>
    [Theory]
    [InlineData("public Task RunAsync() => Plain(Body);")]
    [InlineData("public Task RunAsync() => Plain((c, t) => Body(c, t));")]
    [InlineData("public Task RunAsync() => Plain(async (c, t) => await Body(c, t));")]
    public Task A_method_with_the_transaction_says_it_itself(string run) => Code("", run + """

            private async Task Body(IDbConnection c, IDbTransaction t)
            {
                await c.ExecuteAsync("DELETE FROM orders WHERE id = 1", transaction: t);
                await http.GetAsync("/"); // expect: PGTX101
            }
        """).HasMarkedFindings();

    private static TestCode Code(string forward, string run) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public class Orders(NpgsqlDataSource source, HttpClient http)
        {
            protected async Task<int> Core(Func<IDbConnection, IDbTransaction, Task<int>> work)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                var result = await work(connection, transaction);
                await transaction.CommitAsync();
                return result;
            }

            protected async Task Plain(Func<IDbConnection, IDbTransaction, Task> work)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                await work(connection, transaction);
                await transaction.CommitAsync();
            }

            {{forward}}
            {{run}}
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103");
}
