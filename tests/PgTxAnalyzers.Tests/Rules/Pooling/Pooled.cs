using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Code behind a pooler, for the tests of the pooling rules.</summary>
internal static class Pooled
{
    public const string PgBouncer = "[databases]\nshop = host=10.0.0.5\n\n[pgbouncer]\npool_mode = transaction\n";

    /// <summary>Statements in a method, with a pooler in transaction mode by option.</summary>
    public static TestCode Method(string statements, string members = "", params string[] counted) =>
        TestCode.Method(statements, members).WithOption("pgtx.pooling", "transaction").Counting(counted);

    public static async Task<Diagnostic> Only(this TestCode code, string id) => Assert.Single(await code.Counting(id).HasMarkedFindings());

    /// <summary>The text that a finding underlines.</summary>
    public static string Underlined(Diagnostic finding) => finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan);
}
