using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX201: a context is given Npgsql and no strategy that retries. A restart, a failover or a recycled pooler ends a backend with 57P01, and the
/// query that meets it reaches the user as an exception.
/// </summary>
internal sealed class PGTX201ContextDoesNotRetry : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX201",
        "DbContext on Npgsql has no retrying execution strategy",
        "A database restart or failover reaches the users of {0} as an exception (57P01, or a broken socket): '{1}' configures no retries",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Without EnableRetryOnFailure, each lost connection is an exception of the query that meets it, wrapped in InvalidOperationException. With it, EF Core repeats queries and SaveChanges on a new connection.",
        RuleHelp.LinkFor("PGTX201"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("UseNpgsql", "AddNpgsql");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        // The user has said that the contexts retry: where they do, is in another project.
        if (file.Retry.Compilation.RetryingStrategy == true)
        {
            yield break;
        }

        foreach (var call in file.Calls("UseNpgsql", "AddNpgsql").OfType<InvocationExpressionSyntax>())
        {
            if (file.Retry.Settings.Site(call) is { Strategy: Retrying.No, IsForTools: false } site && !file.Retry.Settings.IsEnriched(site))
            {
                yield return Diagnostic.Create(Rule, RetryText.PlaceOf(call), States(file), site.Context?.Name ?? "this context", RetryText.NameOf(call));
            }
        }
    }

    /// <summary>What the fix has to add to the list, so that PGTX209 does not ask for it next.</summary>
    private static ImmutableDictionary<string, string?> States(RetryFile file)
    {
        var absent = file.Retry.NpgsqlVersion is { } version ? SqlStates.NotTransientIn(version) : ImmutableArray<string>.Empty;
        var states = file.Retry.Regions.Exist(file.Cancellation) ? absent.Add(SqlStates.IdleInTransaction) : absent;
        return ImmutableDictionary<string, string?>.Empty.Add("pgtx.states", string.Join(",", states));
    }
}
