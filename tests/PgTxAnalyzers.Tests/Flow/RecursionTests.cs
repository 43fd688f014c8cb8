using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Methods that call themselves, directly or in a circle: each sink in the circle is found, in each state in which it runs.</summary>
public class RecursionTests
{
    private static readonly Dictionary<string, (string Statements, string Members)> Bodies = new()
    {
        ["a sink in front of the statement, reached in the second round"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await Walk(conn, http, 3); // expect: PGTX101
            """,
            """
            async Task Walk(NpgsqlConnection conn, HttpClient http, int n)
            {
                await http.GetStringAsync("/");
                await conn.ExecuteAsync("UPDATE orders SET n = 1");
                if (n > 0)
                    await Walk(conn, http, n - 1);
            }
            """),
        ["a sink in a circle of three"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await A(http, 3); // expect: PGTX101
            """,
            """
            Task A(HttpClient http, int n) => n == 0 ? Task.CompletedTask : B(http, n - 1);
            Task B(HttpClient http, int n) => n == 0 ? Task.CompletedTask : C(http, n - 1);
            async Task C(HttpClient http, int n)
            {
                await A(http, n - 1);
                await http.GetStringAsync("/");
            }
            """),
        ["what the innermost round leaves is what the call leaves"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await Until(conn, 3);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
            """
            async Task Until(NpgsqlConnection conn, int n)
            {
                if (n > 0)
                {
                    await Until(conn, n - 1);
                    return;
                }
                await conn.ExecuteAsync("UPDATE orders SET n = 1");
            }
            """),
        ["the innermost round commits"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await Finish(tx, 3);
            await http.GetStringAsync(url, ct);
            """,
            """
            async Task Finish(NpgsqlTransaction tx, int n)
            {
                if (n > 0)
                    await Finish(tx, n - 1);
                else
                    await tx.CommitAsync();
            }
            """),
        ["a circle in which one step commits and another calls out"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await Even(conn, http, 3); // expect: PGTX101
            """,
            """
            async Task Even(NpgsqlConnection conn, HttpClient http, int n)
            {
                if (n > 0)
                    await Odd(conn, http, n - 1);
                else
                    await conn.ExecuteAsync("COMMIT");
            }

            async Task Odd(NpgsqlConnection conn, HttpClient http, int n)
            {
                if (n == 1)
                    await http.GetStringAsync("/");
                await Even(conn, http, n - 1);
            }
            """),
        ["a circle that always commits before it calls out"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await Down(conn, http, 3);
            """,
            """
            async Task Down(NpgsqlConnection conn, HttpClient http, int n)
            {
                if (n > 0)
                    await Again(conn, http, n - 1);
                else
                    await conn.ExecuteAsync("COMMIT");
                await http.GetStringAsync("/");
            }

            Task Again(NpgsqlConnection conn, HttpClient http, int n) => Down(conn, http, n);
            """),
        ["a local function that calls itself"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await Walk(3); // expect: PGTX101
            async Task Walk(int n)
            {
                await http.GetStringAsync(url, ct);
                await conn.ExecuteAsync("UPDATE orders SET n = 1");
                if (n > 0)
                    await Walk(n - 1);
            }
            """, ""),
        ["an exception out of the innermost round"] = (
            """
            await using var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await Deep(conn, 3);
                await tx.CommitAsync(ct);
            }
            catch (PostgresException)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
            """
            async Task Deep(NpgsqlConnection conn, int n)
            {
                if (n > 0)
                    await Deep(conn, n - 1);
                else
                    await conn.ExecuteAsync("UPDATE orders SET n = 1");
            }
            """),
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_recursion_does_what_its_rounds_do(string shape) =>
        TestCode.Method(Bodies[shape].Statements, Bodies[shape].Members).Counting("PGTX101", "PGTX103").HasMarkedFindings();
}
