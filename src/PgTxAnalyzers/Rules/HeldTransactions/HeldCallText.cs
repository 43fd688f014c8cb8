using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>The words and places that the messages of 101, 102 and 103 share.</summary>
internal static class HeldCallText
{
    /// <summary>Steps of a chain that are written out; of a longer one the middle is elided.</summary>
    private const int MaxSteps = 5;

    public static Diagnostic Finding(DiagnosticDescriptor descriptor, HeldCall call, params object[] arguments) =>
        Diagnostic.Create(
            descriptor,
            call.Place.GetLocation(),
            Beginning(call).Concat(call.Reach.Chain.Skip(1).Where(s => s.Elsewhere is null).Select(s => call.Flow.Locate(s.At))),
            ImmutableDictionary<string, string?>.Empty.Add("pgtx.region", Kind(call.Region)).Add("pgtx.direct", call.Reach.IsDirect ? "true" : "false"),
            arguments);

    /// <summary>The begin, and where a pipeline's step goes on to the handler; nothing where the step is another project's, whose source is not there.</summary>
    private static IEnumerable<Location> Beginning(HeldCall call) => call.Region.Around switch
    {
        null => new[] { call.Flow.Locate(call.Region.Begin) },
        { Elsewhere: null, At: var next } => new[] { call.Flow.Locate(call.Region.Begin), call.Flow.Locate(next) },
        _ => Enumerable.Empty<Location>(),
    };

    /// <summary>"The transaction begun at line 14", as the subject of a sentence.</summary>
    public static string Subject(HeldCall call) => call.Region.Kind switch
    {
        _ when call.Region.Around is { } step => $"The transaction that {step.Name} holds around this handler (begun at {Line(call.Region.Begin, call.Place)})",
        _ when call.Region.Given is { } unit => $"The transaction that {unit} has held since it was made ({(call.Region.Begin is ExpressionSyntax ? "begun" : "given")} at {Line(call.Region.Begin, call.Place)})",
        RegionKind.Parameter => "The caller's transaction",
        RegionKind.Scope => $"The TransactionScope created at {Line(call.Region.Begin, call.Place)}",
        _ => $"The transaction begun at {Line(call.Region.Begin, call.Place)}",
    };

    /// <summary>", holding the row locks of UPDATE orders (line 17),", or nothing.</summary>
    public static string Locks(HeldCall call) => call.Region.LockedBy is { } cause && call.Region.Level == Level.Locking
        ? $", holding the row locks of {cause.Text} ({Line(cause.At, call.Place)}),"
        : "";

    public static string Chain(Reach reach)
    {
        var names = reach.Chain.Select(Name).ToList();
        if (names.Count > MaxSteps)
        {
            names = names.Take(MaxSteps - 2).Append("…").Append(names[names.Count - 1]).ToList();
        }

        return string.Join(" → ", names);
    }

    private static string Name(Step step) => step.Elsewhere is { } line ? $"{step.Name} ({line.File}:{line.Line})" : step.Name;

    /// <summary>"line 14", and the file where it is another one.</summary>
    public static string Line(SyntaxNode node, SyntaxNode seenFrom)
    {
        var at = SourceLine.Of(node);
        return "line " + at.Line + (node.SyntaxTree == seenFrom.SyntaxTree ? "" : " of " + at.File);
    }

    private static string Kind(Region region) => region.Kind switch
    {
        _ when region.Around is not null => "pipeline",
        _ when region.Given is not null => "given",
        RegionKind.Facade => "facade",
        RegionKind.Scope => "scope",
        RegionKind.Sql => "sql",
        RegionKind.Parameter => "parameter",
        RegionKind.Runner => "runner",
        _ => "transaction",
    };
}
