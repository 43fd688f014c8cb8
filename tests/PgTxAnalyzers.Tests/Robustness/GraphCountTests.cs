using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>A control-flow graph is what a body costs. One is built per body that can have a transaction, and none elsewhere.</summary>
public class GraphCountTests
{
    private const string Service = """
        using Dapper;
        using Npgsql;

        public class Service(HttpClient http)
        {
            public Task<int> Count(NpgsqlConnection conn) => conn.ExecuteScalarAsync<int>("SELECT count(*) FROM orders");

            public async Task<string> Call(string url) => await http.GetStringAsync(url);

            public int Sum(int[] numbers) => numbers.Where(number => number > 0).Sum();

            public string Name { get; set; } = "none";
        """;

    [Fact]
    public async Task Code_without_transactions_costs_no_graph() => Assert.Equal(0, await GraphsBuiltFor(Service + "}"));

    [Fact]
    public async Task A_body_with_a_transaction_costs_one_for_all_rules() => Assert.Equal(1, await GraphsBuiltFor(Service + """
            public async Task Pay(NpgsqlConnection conn, string url)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await http.GetStringAsync(url);
                await Task.Delay(1);
                await tx.CommitAsync();
            }
        }
        """));

    [Fact]
    public async Task A_callee_that_is_followed_from_two_places_costs_one() => Assert.Equal(3, await GraphsBuiltFor(Service + """
            public async Task Pay(NpgsqlConnection conn, string url)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await Charge(conn, url);
                await tx.CommitAsync();
            }

            public async Task Refund(NpgsqlConnection conn, string url)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await Charge(conn, url);
                await tx.CommitAsync();
            }

            private async Task Charge(NpgsqlConnection conn, string url)
            {
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await http.GetStringAsync(url);
            }
        }
        """));

    private static async Task<int> GraphsBuiltFor(string source)
    {
        var code = TestCode.Of(source);
        BodyCatalog? bodies = null;
        await AnalyzerRun.Findings(code.Compile(), code.AnalyzerOptions(), [new TransactionAnalyzer { Began = began => bodies = began }], TestContext.Current.CancellationToken);
        Assert.NotNull(bodies);
        return bodies.GraphsBuilt;
    }
}
