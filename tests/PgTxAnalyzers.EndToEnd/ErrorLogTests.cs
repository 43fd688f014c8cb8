using System.Text.Json.Nodes;
using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The compiler's SARIF log, which CI systems show beside the code.</summary>
public sealed class ErrorLogTests(PackageFeed feed)
{
    [Fact]
    public async Task A_result_holds_its_place_where_the_transaction_begins_and_the_page_of_its_rule()
    {
        var shop = Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp);

        // %2C is the comma between path and version: MSBuild would read a bare one as the end of the property.
        var build = await shop.BuildAsync("-p:ErrorLog=shop.sarif%2Cversion=2.1");

        Assert.True(build.ExitCode == 0, build.Output);
        var run = JsonNode.Parse(shop.Read("shop.sarif"))!["runs"]![0]!;
        var result = Assert.Single(run["results"]!.AsArray(), r => (string?)r!["ruleId"] == "PGTX101")!;
        Assert.Equal("warning", (string?)result["level"]);
        Assert.Equal(("Shop.cs", 14), Place(result["locations"]![0]!));
        Assert.Contains(("Shop.cs", 8), result["relatedLocations"]!.AsArray().Select(location => Place(location!)));

        var rule = run["tool"]!["driver"]!["rules"]![(int)result["ruleIndex"]!]!;
        Assert.Equal("PGTX101", (string?)rule["id"]);
        Assert.Equal("https://github.com/pgtxanalyzers/pgtxanalyzers/blob/main/docs/rules/PGTX101.md", (string?)rule["helpUri"]);
    }

    private static (string File, int Line) Place(JsonNode location)
    {
        var place = location["physicalLocation"]!;
        var uri = (string)place["artifactLocation"]!["uri"]!;
        return (uri[(uri.LastIndexOf('/') + 1)..], (int)place["region"]!["startLine"]!);
    }
}
