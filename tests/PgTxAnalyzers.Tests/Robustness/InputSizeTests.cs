using System.Text;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Code that nobody writes by hand, and files that are not what they should be. Every walk has a bound, so all of it ends soon.</summary>
public class InputSizeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private const string Begin = "await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"UPDATE orders SET n = 1\");\n";
    private const string Commit = "await tx.CommitAsync(ct);\n";

    public static TheoryData<string> Shapes => [.. Bodies().Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_huge_body_is_analyzed_in_time(string shape) =>
        await TestCode.Method(Bodies()[shape]).Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Calls_in_a_circle_end()
    {
        var methods = Enumerable.Range(0, 300).Select(i =>
            $"Task<int> M{i}(NpgsqlConnection c, HttpClient h, int n) => n == 0 ? M{(i + 1) % 300}(c, h, n) : M{(i + 7) % 300}(c, h, n - 1);");
        await TestCode.Method(Begin + "await M0(conn, http, 3);\nawait M0(conn, http, 4);\n" + Commit, string.Join("\n", methods))
            .Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_method_that_calls_itself_ends() =>
        await TestCode.Method(
            Begin + "await Again(conn, http, url, 3);\n" + Commit,
            """
            async Task Again(NpgsqlConnection conn, HttpClient http, string url, int times)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await conn.ExecuteAsync("UPDATE orders SET n = 1");
                if (times > 0)
                    await Again(conn, http, url, times - 1);
                await tx.CommitAsync();
            }
            """).Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\0\0\0\u0001 not text")]
    [InlineData("= = =\n!\n*\nM:\nM:(((\n")]
    public async Task A_strange_models_file_does_no_harm(string? content) =>
        await TestCode.Method(Begin + Commit).WithAdditionalFile("PgTx.Models.txt", content)
            .Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_models_file_of_ten_megabytes_does_no_harm()
    {
        var line = "http M:Contoso.Clients.PaymentClient.ChargeAsync*\nnonsense !!\n";
        var content = new StringBuilder().Insert(0, line, 10_000_000 / line.Length).ToString();
        await TestCode.Method(Begin + Commit).WithAdditionalFile("PgTx.Models.txt", content)
            .Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_models_file_of_one_endless_line_does_no_harm() =>
        await TestCode.Method(Begin + Commit).WithAdditionalFile("PgTx.Models.txt", "M:" + new string('*', 5_000_000))
            .Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("pgtx.max_call_depth", "-1")]
    [InlineData("pgtx.max_call_depth", "99999999999999999999")]
    [InlineData("pgtx.strict", "perhaps")]
    [InlineData("pgtx.external_calls", "M:A.B(;;;!*")]
    [InlineData("pgtx.safe_calls", "*")]
    [InlineData("pgtx.nonsense", "1")]
    public async Task A_bad_option_does_no_harm(string key, string value) =>
        await TestCode.Method(Begin + Commit).WithOption(key, value).Findings().WaitAsync(Patience, TestContext.Current.CancellationToken);

    private static Dictionary<string, string> Bodies() => new()
    {
        ["5,000 statements in a row"] = Begin + Repeat("await conn.ExecuteAsync(\"SELECT 1\");\n", 5_000) + Commit,
        ["2,000 branches in a row"] = Begin + Repeat("if (url.Length > 3) await conn.ExecuteAsync(\"SELECT 1\"); else url += \"x\";\n", 2_000) + Commit,
        ["100 nested blocks"] = Begin + Nested("if (url.Length > 3) {\n", 100) + Commit,
        ["40 nested tries"] = Begin + Nested("try {\n", 40, "} catch (System.Exception) when (url.Length > 3) { throw; } finally { url += \"x\"; }\n") + Commit,
        ["60 nested loops"] = Begin + Nested("while (url.Length < 30) {\n url += \"x\"; if (url.Length == 7) continue; if (url.Length == 8) break;\n", 60) + Commit,
        ["200 transactions at once"] = string.Concat(Enumerable.Range(0, 200).Select(i => $"var c{i} = await source.OpenConnectionAsync(ct); var t{i} = await c{i}.BeginTransactionAsync(ct);\n"))
            + string.Concat(Enumerable.Range(0, 200).Select(i => $"if (url.Length > {i}) await t{i}.CommitAsync(ct);\n")),
        ["1,000 transactions in a row"] = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{{ await using var t{i} = await conn.BeginTransactionAsync(ct); await conn.ExecuteAsync(\"DELETE FROM a\"); await t{i}.CommitAsync(ct); }}\n")),
        ["a switch of 1,000 arms"] = Begin + "switch (url) {\n" + string.Concat(Enumerable.Range(0, 1_000).Select(i => $"case \"{i}\": await conn.ExecuteAsync(\"SELECT {i}\"); break;\n")) + "}\n" + Commit,
        ["gotos between 200 labels"] = Begin + string.Concat(Enumerable.Range(0, 200).Select(i => $"L{i}: if (url.Length == {i}) goto L{i * 7 % 200}; await conn.ExecuteAsync(\"SELECT 1\");\n")) + Commit,
        ["a text of 200,000 characters"] = Begin + $"await conn.ExecuteAsync(\"{new string('(', 200_000)}\");\n" + Commit,
        ["a sum of 1,500 parts"] = Begin + "url = " + Repeat("url + ", 1_500) + "url;\n" + Commit,
    };

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();

    private static string Nested(string opening, int depth, string closing = "}\n") =>
        Repeat(opening, depth) + "await conn.ExecuteAsync(\"SELECT 1\");\n" + Repeat(closing, depth);
}
