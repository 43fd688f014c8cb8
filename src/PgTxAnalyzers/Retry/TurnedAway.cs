using System;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// Whether a condition surely turns a family of failures away: it holds only for states or texts that are none of theirs. A method in source that is one expression is read like that
/// expression. In doubt it does not.
/// </summary>
internal static class TurnedAway
{
    /// <summary>Methods from the filter down that are read.</summary>
    public const int MaxHelpers = 3;

    /// <param name="condition">What holds of the failure.</param>
    /// <param name="isMeant">Whether a state is one of the family.</param>
    /// <param name="model">The model of the condition's tree.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <param name="depth">Methods above it.</param>
    public static bool By(ExpressionSyntax condition, Func<string, bool> isMeant, SemanticModel model, CancellationToken cancellation, int depth = 0) => condition switch
    {
        ParenthesizedExpressionSyntax inner => By(inner.Expression, isMeant, model, cancellation, depth),
        BinaryExpressionSyntax both when both.IsKind(SyntaxKind.LogicalAndExpression) => By(both.Left, isMeant, model, cancellation, depth) || By(both.Right, isMeant, model, cancellation, depth),
        BinaryExpressionSyntax either when either.IsKind(SyntaxKind.LogicalOrExpression) => By(either.Left, isMeant, model, cancellation, depth) && By(either.Right, isMeant, model, cancellation, depth),
        BinaryExpressionSyntax same when same.IsKind(SyntaxKind.EqualsExpression) => IsOther(Asked(same.Left), same.Right, isMeant, model, cancellation) || IsOther(Asked(same.Right), same.Left, isMeant, model, cancellation),
        IsPatternExpressionSyntax test => By(test.Pattern, Asked(test.Expression), isMeant, model, cancellation),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Equals" or "StartsWith" } access, ArgumentList.Arguments: { Count: > 0 } arguments } call
            when model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { IsStatic: false, ContainingType.SpecialType: SpecialType.System_String } =>
            IsOther(Asked(access.Expression), arguments[0].Expression, isMeant, model, cancellation, isStart: access.Name.Identifier.ValueText == "StartsWith"),
        InvocationExpressionSyntax call when depth < MaxHelpers && Helper(call, model, cancellation) is var (body, own) => By(body, isMeant, own, cancellation, depth + 1),
        _ => false,
    };

    /// <summary>The expression that a method in source is, and its model; null where it is more than one, or where others may override it.</summary>
    public static (ExpressionSyntax Body, SemanticModel Model)? Helper(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol called || (called.ReducedFrom ?? called).OriginalDefinition is not { DeclaringSyntaxReferences: { Length: 1 } declared } method || Targets.IsOverridable(method))
        {
            return null;
        }

        var (block, arrow) = declared[0].GetSyntax(cancellation) switch
        {
            MethodDeclarationSyntax m => (m.Body, m.ExpressionBody),
            LocalFunctionStatementSyntax f => (f.Body, f.ExpressionBody),
            _ => (null, null),
        };
        var body = arrow?.Expression ?? (block is { Statements: { Count: 1 } statements } && statements[0] is ReturnStatementSyntax { Expression: { } returned } ? returned : null);
        if (body is null || !model.Compilation.ContainsSyntaxTree(body.SyntaxTree))
        {
            return null;
        }

#pragma warning disable RS1030 // The method may stand in another tree; inside the driver this is the model that it has cached itself.
        return (body, body.SyntaxTree == model.SyntaxTree ? model : model.Compilation.GetSemanticModel(body.SyntaxTree));
#pragma warning restore RS1030
    }

    private static bool By(PatternSyntax pattern, SimpleNameSyntax? asked, Func<string, bool> isMeant, SemanticModel model, CancellationToken cancellation) => pattern switch
    {
        ParenthesizedPatternSyntax inner => By(inner.Pattern, asked, isMeant, model, cancellation),
        ConstantPatternSyntax constant => IsOther(asked, constant.Expression, isMeant, model, cancellation),
        BinaryPatternSyntax either when either.IsKind(SyntaxKind.OrPattern) => By(either.Left, asked, isMeant, model, cancellation) && By(either.Right, asked, isMeant, model, cancellation),
        BinaryPatternSyntax both => By(both.Left, asked, isMeant, model, cancellation) || By(both.Right, asked, isMeant, model, cancellation),
        RecursivePatternSyntax { PropertyPatternClause.Subpatterns: var parts } => parts.Any(p => p.NameColon is { Name: var name } && By(p.Pattern, name, isMeant, model, cancellation)),
        _ => false,
    };

    private static SimpleNameSyntax? Asked(ExpressionSyntax expression) => expression switch
    {
        SimpleNameSyntax name => name,
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        ConditionalAccessExpressionSyntax asked => Asked(asked.WhenNotNull),
        ParenthesizedExpressionSyntax inner => Asked(inner.Expression),
        _ => null,
    };

    /// <summary>The state, or the whole text of the server's answer, is one that none of the family has.</summary>
    private static bool IsOther(SimpleNameSyntax? asked, ExpressionSyntax value, Func<string, bool> isMeant, SemanticModel model, CancellationToken cancellation, bool isStart = false)
    {
        if (asked is not { Identifier.ValueText: "SqlState" or "MessageText" } || model.GetConstantValue(value, cancellation) is not { HasValue: true, Value: string text } || !FailureTest.IsOfException(asked, model, cancellation))
        {
            return false;
        }

        return (asked.Identifier.ValueText, isStart) switch
        {
            ("SqlState", false) => SqlStates.IsState(text) && !isMeant(text),

            // By class: that of a state of the family is not named, nor the beginning of one.
            ("SqlState", true) => text.Length >= 2 && !SqlStates.Lost.Concat(SqlStates.Conflict).Append(SqlStates.ConnectionClass).Any(s => s.StartsWith(text.Substring(0, 2), StringComparison.Ordinal)),
            (_, false) => !FailureTest.IsPhrase(text),
            _ => false,
        };
    }
}
