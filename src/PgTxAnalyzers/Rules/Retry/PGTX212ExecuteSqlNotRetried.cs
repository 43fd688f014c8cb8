using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX212: <c>ExecuteSql*</c> on a context that retries. It does not go through the strategy, so the command that meets a restart fails, while the
/// queries beside it are repeated.
/// </summary>
internal sealed class PGTX212ExecuteSqlNotRetried : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX212",
        "ExecuteSql is not covered by the retrying strategy",
        "A lost connection fails this command, although {0} retries its queries: '{1}' does not go through the execution strategy",
        "Retry",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "EF Core runs ExecuteSql, ExecuteSqlRaw and ExecuteSqlInterpolated without its execution strategy: EnableRetryOnFailure does not cover them. Run them inside CreateExecutionStrategy().ExecuteAsync.",
        RuleHelp.LinkFor("PGTX212"));

    private static readonly string[] Members = { "ExecuteSql", "ExecuteSqlAsync", "ExecuteSqlRaw", "ExecuteSqlRawAsync", "ExecuteSqlInterpolated", "ExecuteSqlInterpolatedAsync" };

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = Members.ToImmutableArray();

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        foreach (var call in file.Calls(Members).OfType<InvocationExpressionSyntax>())
        {
            if (file.Retry.FactOf(call, out var method, file.Cancellation).Role != ApiRole.Command || !KnownTypes.IsEfCore(method!))
            {
                continue;
            }

            var type = EfWork.ContextOf(call, file.Model, file.Cancellation);
            if (file.Retry.Settings.Retries(type) == true && !file.Retry.Coverage.IsCovered(call, Need.Lost, file.Cancellation))
            {
                yield return Diagnostic.Create(Rule, RetryText.PlaceOf(call), type is null || KnownTypes.Is(type, "Microsoft.EntityFrameworkCore", "DbContext") ? "the context" : type.Name, method!.Name);
            }
        }
    }
}
