using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The fixes, applied by <c>dotnet format</c>: it loads the fix assembly from the package, as an IDE does.</summary>
public sealed class FormatTests(PackageFeed feed)
{
    [Fact]
    public async Task Format_applies_the_fixes_and_the_result_builds_without_a_finding()
    {
        var shop = Consumer.OnNpgsql(feed, Programs.TwoWithFixes);

        var before = await shop.BuildAsync("-p:PgTxAnalysisMode=all");
        var format = await shop.DotnetAsync("format", "analyzers", "--diagnostics", "PGTX103", "PGTX701", "--severity", "info", "--no-restore");
        var after = await shop.BuildAsync("--no-restore", "-p:PgTxAnalysisMode=all");

        Assert.Equal(["warning PGTX103", "warning PGTX701"], before.Shown());
        Assert.True(format.ExitCode == 0, format.Output);
        Assert.Equal((0, ""), (after.ExitCode, after.Output));

        var program = shop.Read("Shop.cs");
        AssertInOrder(program, "GetStringAsync", "BeginTransactionAsync", "new NpgsqlCommand");
        Assert.Contains("TransactionScopeAsyncFlowOption.Enabled", program);
    }

    private static void AssertInOrder(string text, params string[] parts)
    {
        var from = 0;
        foreach (var part in parts)
        {
            var at = text.IndexOf(part, from, System.StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' does not come next in:\n{text}");
            from = at;
        }
    }
}
