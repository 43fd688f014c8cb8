using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX208: retries that come at once, or without an end. When the database comes back, every client of every replica is there in the same
/// moment, and keeps it down.
/// </summary>
internal sealed class PGTX208RetryWithoutBackoff : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX208",
        "Retry has no back-off or no bound",
        "When the database comes back, {0}: {1}",
        "Retry",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Retries at once hit the database in the moment in which it is weakest, and are spent before it is up again. Wait exponentially longer with some jitter, and give up after about five attempts.",
        RuleHelp.LinkFor("PGTX208"));

    private static readonly string[] PolicyMembers =
    {
        "Retry", "RetryAsync", "RetryForever", "RetryForeverAsync", "WaitAndRetry", "WaitAndRetryAsync", "WaitAndRetryForever", "WaitAndRetryForeverAsync",
    };

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("NpgsqlException", "PostgresException", "DbException");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        foreach (var clause in file.Root.DescendantNodes().OfType<CatchClauseSyntax>())
        {
            if (OfLoop(clause, file) is { } finding)
            {
                yield return finding;
            }
        }

        foreach (var call in file.Calls(PolicyMembers).OfType<InvocationExpressionSyntax>())
        {
            if (OfPolicy(call, file) is { } finding)
            {
                yield return finding;
            }
        }

        foreach (var call in file.Calls("AddRetry").OfType<InvocationExpressionSyntax>())
        {
            if (OfPipeline(call, file) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private static Diagnostic? OfLoop(CatchClauseSyntax clause, RetryFile file)
    {
        if (Handler.Of(clause, file.Model, file.Cancellation) is not (Caught.Driver or Caught.Server)
            || RetryLoop.Of((TryStatementSyntax)clause.Parent!, file.Model, file.Cancellation) is not { Extent: { } again } retry || retry.Catch != clause)
        {
            return null;
        }

        var bounded = HotLoops.IsBounded(retry, file);
        var waits = HotLoops.Waits(again, file, retry.Try.Block);
        return waits && bounded ? null : Finding(clause.CatchKeyword.GetLocation(), !waits, !bounded, retry.Loop is null ? "this jump" : "this loop");
    }

    private static Diagnostic? OfPolicy(InvocationExpressionSyntax call, RetryFile file)
    {
        if (file.Model.GetSymbolInfo(call, file.Cancellation).Symbol is not IMethodSymbol { ContainingAssembly.Name: "Polly" } method || !IsAboutDatabase(RetryContext.ReceiverOf(call), file))
        {
            return null;
        }

        var forever = method.Name.Contains("Forever");
        var atOnce = !method.Name.StartsWith("WaitAnd", StringComparison.Ordinal) || call.ArgumentList.Arguments.Any(a => IsZeroProvider(a.Expression, file));
        return atOnce || forever ? Finding(RetryText.PlaceOf(call), atOnce, forever, "this policy") : null;
    }

    /// <summary><c>_ => TimeSpan.Zero</c>.</summary>
    private static bool IsZeroProvider(ExpressionSyntax argument, RetryFile file) =>
        argument is LambdaExpressionSyntax { ExpressionBody: { } body } && HotLoops.IsZero(body, file.Model);

    private static Diagnostic? OfPipeline(InvocationExpressionSyntax call, RetryFile file)
    {
        if (file.Model.GetSymbolInfo(call, file.Cancellation).Symbol is not IMethodSymbol { ContainingAssembly.Name: "Polly.Core" } || call.ArgumentList.Arguments.Count == 0
            || Made(call.ArgumentList.Arguments[call.ArgumentList.Arguments.Count - 1].Expression, file) is not BaseObjectCreationExpressionSyntax { Initializer: { } options })
        {
            return null;
        }

        bool about = false, atOnce = false, forever = false;
        foreach (var assignment in options.Expressions.OfType<AssignmentExpressionSyntax>())
        {
            switch ((assignment.Left as IdentifierNameSyntax)?.Identifier.ValueText)
            {
                case "ShouldHandle":
                    about = IsAboutDatabase(assignment.Right, file);
                    break;
                case "Delay":
                    atOnce = HotLoops.IsZero(assignment.Right, file.Model);
                    break;
                case "DelayGenerator":
                    atOnce = false;
                    break;
                case "MaxRetryAttempts":
                    forever = file.Model.GetConstantValue(assignment.Right, file.Cancellation) is { HasValue: true, Value: int.MaxValue };
                    break;
            }
        }

        return about && (atOnce || forever) ? Finding(RetryText.PlaceOf(call), atOnce, forever, "this pipeline") : null;
    }

    /// <summary>The policy names an exception of the driver: what it does with others is not for this rule.</summary>
    private static bool IsAboutDatabase(ExpressionSyntax? expression, RetryFile file)
    {
        var made = expression is null ? null : Made(expression, file);
        return made is not null && made.DescendantNodesAndSelf().OfType<GenericNameSyntax>().Any(name =>
            name.Identifier.ValueText is "Handle" or "Or" or "HandleInner" or "OrInner" && name.TypeArgumentList.Arguments.Count == 1
            && file.Model.Compilation.ContainsSyntaxTree(name.SyntaxTree) && file.Retry.Model(name).GetTypeInfo(name.TypeArgumentList.Arguments[0]).Type is { } type
            && KnownTypes.DerivesFrom(type, "System.Data.Common", "DbException") && !Handler.IsOfOtherDriver(type));
    }

    /// <summary>The expression itself, or what a local or a field was made with.</summary>
    private static ExpressionSyntax? Made(ExpressionSyntax expression, RetryFile file) =>
        expression is IdentifierNameSyntax name
            ? (file.Model.GetSymbolInfo(name, file.Cancellation).Symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(file.Cancellation) as VariableDeclaratorSyntax)?.Initializer?.Value
            : expression;

    private static Diagnostic Finding(Location place, bool atOnce, bool forever, string what) => Diagnostic.Create(
        Rule,
        place,
        ImmutableDictionary<string, string?>.Empty.Add("pgtx.backoff", atOnce ? "none" : "some").Add("pgtx.bound", forever ? "none" : "some"),
        atOnce ? "all clients try again in the same moment" : "nobody has been told that it was away",
        what + (atOnce && forever ? " waits for nothing between its attempts, and has no end" : atOnce ? " waits for nothing between its attempts" : " has no end"));
}
