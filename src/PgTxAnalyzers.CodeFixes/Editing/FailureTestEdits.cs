using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Rewrites what a handler asks of a failure.</summary>
/// <param name="model">The model of the document.</param>
/// <param name="lines">Its lines.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class FailureTestEdits(SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
{
    private static readonly Dictionary<string, string> Constants = new(StringComparer.Ordinal)
    {
        ["57P01"] = "AdminShutdown", ["57P02"] = "CrashShutdown", ["57P03"] = "CannotConnectNow", ["57P05"] = "IdleSessionTimeout", ["08006"] = "ConnectionFailure",
        ["40001"] = "SerializationFailure", ["40P01"] = "DeadlockDetected",
    };

    /// <summary>The handler takes a lost connection under every name, or a conflict under both.</summary>
    public TextEdits? OfHandler(CatchClauseSyntax clause)
    {
        var edits = new TextEdits();
        var conditions = (clause.Filter is { } filter ? new[] { filter.FilterExpression } : []).Concat(FailureTest.ConditionsIn(clause.Block)).ToList();
        foreach (var condition in conditions)
        {
            if (FailureTest.Read(condition, model, cancellationToken).Message is ExpressionSyntax message)
            {
                return OfMessage(edits, clause, message);
            }
        }

        // One test at a time: of two that belong together, only a person knows which is to be widened.
        var tests = conditions.SelectMany(c => c.DescendantNodesAndSelf()).OfType<ExpressionSyntax>().Where(IsStateTest).ToList();
        if (tests.Count == 1 && StatesIn(tests[0], model, cancellationToken) is var states && SqlStates.MissingBeside(states) is { IsEmpty: false } missing)
        {
            return missing.All(SqlStates.IsConflict) ? Extended(edits, tests[0], missing) ? edits : null
                : states.Any(SqlStates.IsConflict) || clause.Filter?.Span.Contains(tests[0].Span) != true ? null
                : OfLost(edits, clause, tests[0], states);
        }

        // `catch (PostgresException ex) when (ex.IsTransient)`: only the type is too narrow.
        return tests.Count == 0 && clause.Filter is not null && Widened(edits, clause) && !edits.IsEmpty ? edits : null;
    }

    /// <summary>The states that a test or a label names.</summary>
    public static List<string> StatesIn(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        node.DescendantNodesAndSelf().OfType<ExpressionSyntax>().Select(e => model.GetConstantValue(e, cancellationToken)).Where(c => c is { HasValue: true, Value: string state } && SqlStates.IsState(state))
            .Select(c => (string)c.Value!).Distinct().ToList();

    /// <summary>A constant of the driver where the code beside it uses one.</summary>
    public static string Name(string state, SyntaxNode beside) =>
        Constants.TryGetValue(state, out var constant) && beside.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>().FirstOrDefault(m => m.Expression.ToString().EndsWith("PostgresErrorCodes", StringComparison.Ordinal)) is { } access
            ? $"{access.Expression}.{constant}"
            : $"\"{state}\"";

    /// <summary><c>"57P01" or "57P02"</c>, with nothing else in it.</summary>
    public static bool CanBeExtended(PatternSyntax pattern) => pattern is ConstantPatternSyntax
        || (pattern is BinaryPatternSyntax { RawKind: (int)SyntaxKind.OrPattern } either && CanBeExtended(either.Left) && CanBeExtended(either.Right));

    private bool IsStateTest(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression, Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "SqlState" } } => true,
        IsPatternExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "SqlState" } } => true,
        _ => false,
    };

    private bool Extended(TextEdits edits, ExpressionSyntax test, IEnumerable<string> missing)
    {
        var more = string.Concat(missing.Select(state => " or " + Name(state, test)));
        switch (test)
        {
            case IsPatternExpressionSyntax { Pattern: var pattern } when CanBeExtended(pattern):
                edits.Insert(pattern.Span.End, more);
                return true;
            case BinaryExpressionSyntax { Parent: not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression } } equal:
                edits.Replace(equal.OperatorToken.Span, "is");
                edits.Insert(equal.Right.Span.End, more);
                return true;
            default:
                return false;
        }
    }

    private TextEdits? OfLost(TextEdits edits, CatchClauseSyntax clause, ExpressionSyntax test, List<string> states)
    {
        var owner = test switch { BinaryExpressionSyntax b => ((MemberAccessExpressionSyntax)b.Left).Expression, IsPatternExpressionSyntax p => ((MemberAccessExpressionSyntax)p.Expression).Expression, _ => null };
        if (owner is not IdentifierNameSyntax name || name.Identifier.ValueText != clause.Declaration?.Identifier.ValueText || !Widened(edits, clause)
            || model.Compilation.GetTypeByMetadataName("Npgsql.NpgsqlException")?.ContainingAssembly.Identity.Version is not { } version)
        {
            return null;
        }

        // What IsTransient of this version does not say stays named.
        var left = states.Where(s => s == SqlStates.IdleInTransaction || SqlStates.NotTransientIn(version).Contains(s) || !SqlStates.IsLost(s)).ToList();
        if (left.Count == 0)
        {
            edits.Replace(test.Span, $"{owner}.IsTransient");
        }
        else
        {
            edits.Insert(test.SpanStart, $"({owner}.IsTransient || ");
            edits.Insert(test.Span.End, ")");
        }

        return edits;
    }

    /// <summary>A test of what the server wrote becomes one of what it is.</summary>
    private TextEdits? OfMessage(TextEdits edits, CatchClauseSyntax clause, ExpressionSyntax test)
    {
        var access = test.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>().FirstOrDefault(m => m.Name.Identifier.ValueText is "Message" or "MessageText");
        if (access is null || model.GetTypeInfo(access.Expression, cancellationToken).Type is not { } type)
        {
            return null;
        }

        var phrase = string.Concat(test.DescendantNodes().OfType<ExpressionSyntax>().Select(e => model.GetConstantValue(e, cancellationToken)).Where(c => c is { HasValue: true, Value: string }).Select(c => (string)c.Value!));
        var isConflict = new[] { "serialize", "deadlock", "40001", "40P01" }.Any(word => phrase.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0);

        // "terminating connection" alone is said of an idle transaction too, and that is transient at no version.
        var isIdle = !isConflict && phrase.IndexOf("terminating connection", StringComparison.OrdinalIgnoreCase) >= 0 && phrase.IndexOf("administrator", StringComparison.OrdinalIgnoreCase) < 0;
        var own = access.Expression.ToString();
        var isDriver = Handler.Of(type) is Caught.Driver or Caught.Server;
        var asked = isDriver
            ? isConflict ? $"{own}.SqlState is \"40001\" or \"40P01\"" : isIdle ? $"({own}.IsTransient || {own}.SqlState == \"25P03\")" : $"{own}.IsTransient"
            : isConflict ? $"{own} is PostgresException {{ SqlState: \"40001\" or \"40P01\" }}" : isIdle ? $"{own} is NpgsqlException {{ IsTransient: true }} or PostgresException {{ SqlState: \"25P03\" }}" : $"{own} is NpgsqlException {{ IsTransient: true }}";
        if ((!isConflict && isDriver && !Widened(edits, clause)) || !Imports.TryAdd(edits, model, clause, lines, isConflict ? "Npgsql.PostgresException" : "Npgsql.NpgsqlException"))
        {
            return null;
        }

        edits.Replace(test.Span, test.Parent is PrefixUnaryExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression } ? $"({asked})" : asked);
        return edits;
    }

    /// <summary><c>PostgresException</c> becomes <c>NpgsqlException</c>; false where the type is neither.</summary>
    private bool Widened(TextEdits edits, CatchClauseSyntax clause)
    {
        var caught = Handler.Of(clause, model, cancellationToken);
        if (caught == Caught.Server && clause.Declaration!.Type.DescendantTokens().LastOrDefault(t => t.ValueText == "PostgresException") is { RawKind: not 0 } name)
        {
            edits.Replace(name.Span, "NpgsqlException");
            return true;
        }

        return caught == Caught.Driver;
    }
}
