using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

public class ReadmeTests
{
    private const string Sample = "docs/samples/Checkout";

    /// <summary>What the SDK adds for a web project, beside the usual ones.</summary>
    private const string WebUsings = """
        global using System.Net.Http.Json;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    [Fact]
    public void The_table_of_rules_agrees_with_the_descriptors()
    {
        var rows = DocumentedRule.All.Select(rule => $"| [{rule.Id}]({rule.Page}) | {rule.Title} | {rule.Severity} | {rule.Fix} |\n");
        GeneratedText.HoldsBlock("README.md", "rules", "| rule | title | severity | fix |\n|---|---|---|---|\n" + string.Concat(rows));
    }

    [Fact]
    public async Task The_output_that_is_shown_is_that_of_the_sample()
    {
        var code = Repository.Files(Sample, "*.cs").Aggregate(TestCode.Of(WebUsings, "WebUsings.cs"), (code, file) => code.WithFile(file, GeneratedText.Read(file)))
            .WithAdditionalFile("appsettings.json", GeneratedText.Read($"{Sample}/appsettings.json"));
        var warnings = (await code.Findings()).Where(finding => finding.Severity == DiagnosticSeverity.Warning).ToList();

        var lines = warnings.Select(Line).Order(StringComparer.Ordinal);
        GeneratedText.HoldsBlock("README.md", "sample", $"```\n{string.Join("\n", lines)}\n```\n\n({warnings.Count} warnings; paths and help links are shortened here.)\n");
    }

    private static string Line(Diagnostic finding)
    {
        var place = finding.Location.GetLineSpan();
        var path = Path.GetRelativePath(Sample, place.Path).Replace('\\', '/');
        return $"{path}({place.StartLinePosition.Line + 1},{place.StartLinePosition.Character + 1}): warning {finding.Id}: {finding.GetMessage()}";
    }
}
