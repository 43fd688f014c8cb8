using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A unit that keeps its failures to itself: a handler of its own, or of what it calls, takes the lost connection and does not throw it on. A retry around it would see the opening fail, if anything, and the finding
/// would be gone with nothing mended.
/// </summary>
/// <param name="context">The compilation's.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class SwallowedFailures(RetryContext context, CancellationToken cancellationToken)
{
    private readonly HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default);

    /// <summary>No command of the unit lets its failure out. One that knows no command lets everything out.</summary>
    public bool AreAllIn(SyntaxNode root, TextSpan unit) => LetsOut(root.DescendantNodes(unit).Where(node => unit.Contains(node.Span)), unit) == false;

    /// <summary>Null where nothing in it runs a command.</summary>
    private bool? LetsOut(IEnumerable<SyntaxNode> nodes, TextSpan extent)
    {
        bool? result = null;
        foreach (var call in nodes.OfType<InvocationExpressionSyntax>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var role = context.FactOf(call, out var method, cancellationToken).Role;
            bool? lets = role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Rows or ApiRole.Query or ApiRole.Save or ApiRole.Copy or ApiRole.TransactionRunner ? true
                : role == ApiRole.None && method is not null ? CalledLetsOut(method)
                : null;
            if (lets == true && !IsSwallowed(call, extent))
            {
                return true;
            }

            result = lets is null ? result : false;
        }

        return result;
    }

    private bool? CalledLetsOut(IMethodSymbol method)
    {
        bool? result = null;
        foreach (var target in context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellationToken))
        {
            // One that was asked already has had its answer counted, or is on the way to it.
            var lets = seen.Count > Repeatable.MaxBodies ? true
                : !seen.Add(target) ? null
                : target.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).Select(body => LetsOut(body.DescendantNodes(), body.Span)).FirstOrDefault(one => one is not null);
            if (lets == true)
            {
                return true;
            }

            result = lets ?? result;
        }

        return result;
    }

    private bool IsSwallowed(SyntaxNode call, TextSpan extent) => call.Ancestors().TakeWhile(around => extent.Contains(around.Span))
        .Any(around => around is TryStatementSyntax attempt && attempt.Block.Span.Contains(call.Span) && Swallows(attempt));

    /// <summary>The first handler that takes what the driver throws decides. One that asks for the state, or for what is transient, may mean another failure.</summary>
    private bool Swallows(TryStatementSyntax attempt)
    {
        foreach (var clause in attempt.Catches.Where(clause => Handler.TakesDriver(clause, context.Model(clause), cancellationToken)))
        {
            if (ThrowsOn(clause))
            {
                return false;
            }

            if (clause.Filter is not { } filter || !filter.DescendantNodes().OfType<SimpleNameSyntax>().Any(name => name.Identifier.ValueText is "SqlState" or "IsTransient" or "InnerException"))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>throw;</c> on some way. Another exception in its place is known to no retry.</summary>
    private static bool ThrowsOn(CatchClauseSyntax clause) => clause.Block.DescendantNodes(node => node is not CatchClauseSyntax && !SyntaxSearch.IsFunction(node))
        .Any(node => node is ThrowStatementSyntax { Expression: null } || (node is ThrowStatementSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: var name } } && name == clause.Declaration?.Identifier.ValueText));
}
