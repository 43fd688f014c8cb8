using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>
/// PGTX106 on a real server: a middleware's transaction waits for the partner of an endpoint that it knows nothing of. The rule has no fix: what belongs together is known in the handler.
/// </summary>
public sealed class PGTX106LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_middleware_holds_its_transaction_while_the_endpoint_calls()
    {
        var pair = await LivePair.Of(servers, "PGTX106", Unit("""
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(context.RequestAborted);
                await using var transaction = await connection.BeginTransactionAsync(context.RequestAborted);
                await connection.ExecuteAsync("UPDATE orders SET status = 'seen' WHERE id = 1", transaction: transaction);
                await next(context); // expect: PGTX106
                await transaction.CommitAsync(context.RequestAborted);
        """), Unit("""
                await using (var connection = new NpgsqlConnection(connectionString))
                {
                    await connection.OpenAsync(context.RequestAborted);
                    await connection.ExecuteAsync("UPDATE orders SET status = 'seen' WHERE id = 1");
                }

                await next(context);
        """));
        await pair.WriteTheSameRows();
        await pair.ObserveSessionDuringCall(before: "`idle in transaction`", after: "`idle`");
        await pair.ObserveRowDuringCall("the endpoint's call", before: "`PostgresException` 55P03 in the other session", after: "the other session goes on");
        await pair.ObservePoolDuringCall(before: "`NpgsqlException`: the connection pool has been exhausted", after: "is served");
        pair.PageShowsIt();
    }

    private static TestCode Unit(string middleware) => TestCode.Of($$"""
        using Dapper;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Http;
        using Npgsql;

        public sealed class VisitMiddleware(RequestDelegate next, string connectionString)
        {
            public async Task InvokeAsync(HttpContext context)
            {
        {{middleware}}
            }
        }

        public static class Unit
        {
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var http = new HttpClient();
                var application = new ApplicationBuilder(new Nothing());
                application.UseMiddleware<VisitMiddleware>(connectionString);
                application.Run(context => http.GetStringAsync(url + "rates", context.RequestAborted));
                await application.Build()(new DefaultHttpContext { RequestAborted = ct });
            }

            private sealed class Nothing : IServiceProvider
            {
                public object? GetService(Type serviceType) => null;
            }
        }
        """);
}
