using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Configuration;

public class PGTX001InvalidConfigurationTests
{
    private const string File = "/app/PgTx.Models.txt";

    [Fact]
    public async Task A_right_configuration_is_quiet() =>
        Assert.Empty(await Findings(Code
            .WithOption("pgtx.pooling", "transaction").WithOption("pgtx.pgbouncer_version", "1.21").WithOption("pgtx.pgbouncer_max_prepared_statements", "100")
            .WithOption("pgtx.external_calls", "M:A.B.C T:A.B").WithOption("pgtx.safe_calls", "N:A")
            .WithAdditionalFile(File, "# models\nsink http M:A.B.C\r\n\r\n!T:A.D\nwait M:A.B.Wait # why\n")));

    [Fact]
    public async Task A_malformed_line_is_found_at_its_place_and_the_others_count()
    {
        const string Text = "# models\nsink http M:A.B.C\r\nsink htpp M:A.B.C\n   wait\t[M:A.B.C]\n";
        var findings = await Findings(Code.WithAdditionalFile(File, Text));
        Assert.Equal(
            [
                "/app/PgTx.Models.txt(3,6)-(3,10) htpp: Invalid configuration: 'htpp' is no kind; the kinds are external, http",
                "/app/PgTx.Models.txt(4,9)-(4,18) [M:A.B.C]: Invalid configuration: '[M:A.B.C]' is no pattern; a pattern is a docum",
            ],
            findings.Select(finding => Describe(finding, Text)));
        Assert.All(findings, finding => Assert.Equal(DiagnosticSeverity.Warning, finding.Severity));
        Assert.Single(ModelsFile.Read(new GivenFile(File, Text), TestContext.Current.CancellationToken).Lines);
    }

    [Fact]
    public async Task Two_lines_that_contradict_each_other_are_found_at_the_second()
    {
        const string Text = "sink http M:A.B.C\nneutral M:A.B.C\nsink http M:A.B.C\n!M:A.B.C\n";
        Assert.Equal(
            [
                "/app/PgTx.Models.txt(2,9)-(2,16) M:A.B.C: Invalid configuration: line 1 says something else of 'M:A.B.C'",
                "/app/PgTx.Models.txt(4,2)-(4,9) M:A.B.C: Invalid configuration: line 1 says something else of 'M:A.B.C'",
            ],
            (await Findings(Code.WithAdditionalFile(File, Text))).Select(finding => Describe(finding, Text)));
    }

    [Theory]
    [InlineData("pgtx.max_call_depth", "deep", "pgtx.max_call_depth: 'deep' is no whole number from 0 to 32")]
    [InlineData("pgtx.pooling", "transactional", "pgtx.pooling: 'transactional' is none of auto, transaction, statement, session, none")]
    [InlineData("build_property.PgTxStrict", "maybe", "PgTxStrict: 'maybe' is neither 'true' nor 'false'")]
    [InlineData("pgtx.poling", "none", "there is no option 'pgtx.poling'; the options are pgtx.external_calls, pgtx.safe_calls, ")]
    public async Task A_bad_option_is_found_without_a_place(string key, string value, string message)
    {
        var finding = Assert.Single(await Findings(Code.WithOption(key, value)));
        Assert.Equal(Location.None, finding.Location);
        Assert.StartsWith("Invalid configuration: " + message, finding.GetMessage());
    }

    [Theory]
    [InlineData("pgtx.external_calls=M:A.B.C M:A.B.D", "pgtx.safe_calls=T:A.B M:A.B.D", "'M:A.B.D' is in both pgtx.external_calls and pgtx.safe_calls; pgtx.safe_calls goes first")]
    [InlineData("pgtx.pooling=none", "pgtx.pgbouncer_version=1.24", "pgtx.pgbouncer_version is set, but pgtx.pooling is 'none': there is no pooler that it could describe")]
    [InlineData("pgtx.pooling=none", "pgtx.direct_connections=admin", "pgtx.direct_connections is set, but pgtx.pooling is 'none': there is no pooler that it could describe")]
    [InlineData("pgtx.pgbouncer_version=1.20", "pgtx.pgbouncer_max_prepared_statements=5", "pgtx.pgbouncer_max_prepared_statements is 5, but pgtx.pgbouncer_version is 1.20: PgBouncer has this setting since 1.21")]
    public async Task Options_that_contradict_each_other_are_found(string one, string other, string message)
    {
        var code = Code;
        foreach (var option in new[] { one, other })
            code = code.WithOption(option.Split('=')[0], option.Split('=')[1]);
        Assert.Equal("Invalid configuration: " + message, Assert.Single(await Findings(code)).GetMessage());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_one_finding()
    {
        var finding = Assert.Single(await Findings(Code.WithAdditionalFile(File, null)));
        Assert.Equal("Invalid configuration: the file cannot be read; nothing in it counts", finding.GetMessage());
        Assert.Equal(File, finding.Location.GetLineSpan().Path);
    }

    [Fact]
    public async Task A_file_that_fails_to_be_read_is_one_finding()
    {
        var code = Code;
        var options = new AnalyzerOptions([new FailingFile(File)], new GivenOptions(code.Options));
        var findings = await AnalyzerRun.Findings(code.Compile(), options, Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
        Assert.Equal("Invalid configuration: the file cannot be read; nothing in it counts", Assert.Single(findings).GetMessage());
    }

    [Fact]
    public async Task A_file_of_ten_megabytes_is_one_finding_and_is_not_read()
    {
        var text = new StringBuilder(10 << 20).Insert(0, "nonsense at length\n", (10 << 20) / 19).ToString();
        var finding = Assert.Single(await Findings(Code.WithAdditionalFile(File, text)));
        Assert.Equal($"Invalid configuration: the file has {text.Length} characters, more than {ModelsFile.MaxLength}; nothing in it counts", finding.GetMessage());
    }

    [Fact]
    public async Task Findings_of_one_file_are_bounded_and_the_last_one_counts_the_rest()
    {
        var findings = await Findings(Code.WithAdditionalFile(File, string.Concat(Enumerable.Repeat("nonsense\n", ModelsFile.MaxProblems + 7))));
        Assert.Equal(ModelsFile.MaxProblems + 1, findings.Length);
        Assert.Single(findings, finding => finding.GetMessage() == "Invalid configuration: 7 more lines of this file are wrong");
    }

    [Theory]
    [InlineData("/app/pgtx.models.TXT", true)]
    [InlineData(@"C:\app\PgTx.Models.txt", true)]
    [InlineData("/app/Other.Models.txt", false)]
    [InlineData("/app/PgTx.Models.txt.bak", false)]
    public async Task Only_files_of_the_name_are_read(string path, bool isRead) =>
        Assert.Equal(isRead ? 1 : 0, (await Findings(Code.WithAdditionalFile(path, "nonsense"))).Length);

    [Fact]
    public async Task Without_a_data_library_nothing_is_read() =>
        Assert.Empty(await Findings(TestCode.Of("class C;").WithReferences(ReferenceSet.NoData).WithOption("pgtx.pooling", "bad").WithAdditionalFile(File, "nonsense")));

    [Fact]
    public async Task A_cancelled_run_ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var code = Code.WithAdditionalFile(File, "nonsense");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AnalyzerRun.Findings(code.Compile(), code.AnalyzerOptions(), Product.CreateAnalyzers(), cancelled.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => ModelsFile.Read(new GivenFile(File, "nonsense"), cancelled.Token));
    }

    [Fact]
    public async Task A_line_of_the_user_reaches_the_rules()
    {
        var code = TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await Ledger.PostAsync();   // expect: PGTX101
            await http.GetStringAsync(url, ct);
            await tx.CommitAsync(ct);
            """,
            "public static class Ledger { public static Task PostAsync() => Task.CompletedTask; }");
        await code.Counting("PGTX101").WithAdditionalFile(File, "sink M:Service.Ledger.PostAsync\nneutral M:System.Net.Http.HttpClient.*\n").HasMarkedFindings();
        await code.Counting("PGTX101").WithOption("pgtx.external_calls", "T:Service.Ledger").WithOption("pgtx.safe_calls", "T:System.Net.Http.HttpClient").HasMarkedFindings();
    }

    private static TestCode Code => TestCode.Of("class C;");

    private static async Task<ImmutableArray<Diagnostic>> Findings(TestCode code) =>
        [.. (await code.Findings()).Where(finding => finding.Id == "PGTX001")];

    private static string Describe(Diagnostic finding, string text)
    {
        var span = finding.Location.GetLineSpan();
        var place = $"{span.Path}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1})-({span.EndLinePosition.Line + 1},{span.EndLinePosition.Character + 1})";
        var message = finding.GetMessage();
        return $"{place} {text.Substring(finding.Location.SourceSpan.Start, finding.Location.SourceSpan.Length)}: {message[..Math.Min(message.Length, 70)]}";
    }

    private sealed class FailingFile(string path) : AdditionalText
    {
        public override string Path => path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => throw new IOException("gone");
    }
}
