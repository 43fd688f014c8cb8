using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX209: the retries are there, and a state that the program will meet is on no list of the referenced Npgsql. Up to 7.0 that is the restart itself;
/// at every version it is the end of an idle transaction.
/// </summary>
internal sealed class PGTX209RetryListIncomplete : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX209",
        "Retry list lacks states of this Npgsql version",
        "{0} still ends with an exception: Npgsql {1} does not call {2} transient, and '{3}' does not add {4}",
        "Retry",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "What is retried is what the referenced Npgsql calls transient: 57P01, 57P02 and 57P05 since 8.0, 40P01 since 6.0.4 and 5.0.13, 25P03 at no version. Name the missing ones in errorCodesToAdd.",
        RuleHelp.LinkFor("PGTX209"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("EnableRetryOnFailure", "IsTransient");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        if (file.Retry.NpgsqlVersion is not { } version)
        {
            yield break;
        }

        var absent = SqlStates.NotTransientIn(version);
        foreach (var call in file.Calls("EnableRetryOnFailure").OfType<InvocationExpressionSyntax>())
        {
            if (file.Model.GetSymbolInfo(call, file.Cancellation).Symbol is not IMethodSymbol { ContainingType.DeclaringSyntaxReferences.IsEmpty: true } method
                || method.ContainingAssembly?.Name != "Npgsql.EntityFrameworkCore.PostgreSQL" || file.Retry.Settings.IsForTools(call, file.Model))
            {
                continue;
            }

            var wanted = file.Retry.Regions.Exist(file.Cancellation) ? absent.Add(SqlStates.IdleInTransaction) : absent;

            // A list that cannot be read may hold them all.
            if (wanted.IsEmpty || StateLists.Read(call, method, file) is not { } added)
            {
                continue;
            }

            if (wanted.Where(s => !added.Contains(s)).ToList() is { Count: > 0 } missing)
            {
                yield return Finding(RetryText.PlaceOf(call), version, missing, "EnableRetryOnFailure");
            }
        }

        foreach (var test in absent.IsEmpty ? Enumerable.Empty<SimpleNameSyntax>() : file.Retry.Uses.Of(file.Model.SyntaxTree, "IsTransient", file.Cancellation))
        {
            if (file.Model.GetSymbolInfo(test, file.Cancellation).Symbol is not IPropertySymbol property || !IsExceptions(property)
                || Handler.IsOfOtherDriver(FailureTest.OwnerOf(test, property, file.Model, file.Cancellation)))
            {
                continue;
            }

            // The condition around it may name the missing states itself.
            var condition = test.Ancestors().TakeWhile(a => a is ExpressionSyntax or PatternSyntax or SubpatternSyntax or PropertyPatternClauseSyntax).LastOrDefault() ?? test;
            var own = FailureTest.Read(condition, file.Model, file.Cancellation);
            if (!own.AsksElsewhere && absent.Where(s => !own.States.Contains(s)).ToList() is { Count: > 0 } missing)
            {
                yield return Finding(test.GetLocation(), version, missing, "IsTransient");
            }
        }
    }

    private static Diagnostic Finding(Location place, System.Version version, List<string> missing, string what) => Diagnostic.Create(
        Rule,
        place,
        ImmutableDictionary<string, string?>.Empty.Add("pgtx.states", string.Join(",", missing)),
        missing[0] switch { "25P03" => "A transaction that idled too long", "40P01" => "A deadlock", _ => "A database restart" },
        version.ToString(3),
        RetryText.List(missing, "or"),
        what,
        missing.Count == 1 ? "it" : "them");

    private static bool IsExceptions(IPropertySymbol property) =>
        KnownTypes.Is(property.ContainingType, "System.Data.Common", "DbException") || KnownTypes.Is(property.ContainingType, "Npgsql", "NpgsqlException")
        || KnownTypes.Is(property.ContainingType, "Npgsql", "PostgresException");
}
