using System;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;


namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>
/// Says whether somebody runs a unit again after a failure: a retry loop around it, or a caller that hands the method to a retry. After a split the first
/// half would then be written twice. Only direct callers in the same project are looked at.
/// </summary>
internal sealed class Replays(HeldCall call, CancellationToken cancellationToken)
{
    public bool RunsAgain(SplitUnit unit)
    {
        var statement = unit.Rungs[unit.Rung].Child;
        if (IsInRetryLoop(statement))
        {
            return true;
        }

        return Method(call.Region.Begin) is { } method && method.Name.Length > 0 && call.Model.Compilation.SyntaxTrees.Any(tree => IsReplayedIn(tree, method));
    }

    private IMethodSymbol? Method(SyntaxNode begin) => begin.Ancestors().FirstOrDefault(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax) is { } declaration
        ? call.Model.GetDeclaredSymbol(declaration, cancellationToken) as IMethodSymbol
        : null;

    /// <summary>A <c>try</c> in a loop that swallows failures, and is left by <c>return</c> or <c>break</c> when it succeeded: a polling loop, whose next round is other work, is not.</summary>
    private static bool IsInRetryLoop(SyntaxNode node)
    {
        foreach (var attempt in node.Ancestors().TakeWhile(ancestor => !SyntaxSearch.IsFunction(ancestor)).OfType<TryStatementSyntax>())
        {
            var isTried = attempt.Block.Span.Contains(node.Span);
            var swallows = attempt.Catches.Any(handler => handler.Block.Statements.LastOrDefault() is not (ThrowStatementSyntax or ReturnStatementSyntax or BreakStatementSyntax));
            var loop = attempt.Ancestors().TakeWhile(ancestor => !SyntaxSearch.IsFunction(ancestor)).FirstOrDefault(ancestor => ancestor is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax);
            if (isTried && swallows && loop is not null && loop.DescendantNodes(inner => !SyntaxSearch.IsFunction(inner))
                .Any(inner => inner is ReturnStatementSyntax or BreakStatementSyntax && inner.SpanStart >= node.SpanStart && !attempt.Catches.Any(handler => handler.Contains(inner))))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsReplayedIn(SyntaxTree tree, IMethodSymbol method)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!tree.TryGetText(out var text) || text.ToString().IndexOf(method.Name, StringComparison.Ordinal) < 0)
        {
            return false;
        }

        // The call of a method that is not of this name cannot be one of it; only then the tree is bound.
        var names = tree.GetRoot(cancellationToken).DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.Identifier.ValueText == method.Name).ToList();
        if (names.Count == 0)
        {
            return false;
        }

        var model = tree == call.Model.SyntaxTree ? call.Model : call.Model.Compilation.GetSemanticModel(tree);
        return names.Any(name => Mean(model.GetSymbolInfo(name, cancellationToken), method) && (IsInRetryLoop(name) || IsGivenToRetry(name, model)));
    }

    private static bool Mean(SymbolInfo info, IMethodSymbol method) =>
        new[] { info.Symbol }.Concat(info.CandidateSymbols).OfType<IMethodSymbol>().Any(found =>
            SymbolEqualityComparer.Default.Equals(found.OriginalDefinition, method.OriginalDefinition)
            || (found.ContainingType.TypeKind == TypeKind.Interface && SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(found), method)));

    private bool IsGivenToRetry(SyntaxNode name, SemanticModel model) =>
        name.Ancestors().TakeWhile(ancestor => ancestor is not BaseMethodDeclarationSyntax).OfType<ArgumentSyntax>()
            .Where(argument => argument.Expression is AnonymousFunctionExpressionSyntax || argument.Expression.Span.Contains(name.Span) && argument.Expression is SimpleNameSyntax or MemberAccessExpressionSyntax)
            .Any(argument => argument.Parent?.Parent is InvocationExpressionSyntax invocation
                && model.GetSymbolInfo(invocation, cancellationToken).Symbol is IMethodSymbol called && RetriedLambda.IsRunner(called));
}
