using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The members that lead to a place: whether one of them has begun what the place would run in. Those of other projects are not in sight.</summary>
internal static class Callers
{
    /// <summary>Members that are looked at; with more, nobody knows.</summary>
    private const int MaxMembers = 100;

    /// <summary>The names by which a transaction of EF Core, or one around it, begins.</summary>
    internal static readonly string[] Begins = ["BeginTransaction", "BeginTransactionAsync", "UseTransaction", "UseTransactionAsync", "TransactionScope"];
    private static readonly string[] Scopes = ["TransactionScope", "CommittableTransaction"];

    /// <summary>The member of the place, or one that leads to it, begins a transaction.</summary>
    public static bool BeginTransaction(SyntaxNode place, RetryContext context, CancellationToken cancellationToken) => Any(place, context, member => Names(member, Begins), member => Names(member, Begins), cancellationToken);

    /// <summary>A scope that is created before this one in its member, or in one that leads to it, may be the one that it joins.</summary>
    public static bool MayJoin(BaseObjectCreationExpressionSyntax scope, RetryContext context, CancellationToken cancellationToken) => Any(
        scope, context, member => member.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>().Any(other => other.SpanStart < scope.SpanStart && context.Model(other).GetTypeInfo(other, cancellationToken).Type?.Name == "TransactionScope"),
        member => Names(member, Scopes), cancellationToken);

    private static bool Any(SyntaxNode place, RetryContext context, System.Func<SyntaxNode, bool> isOwn, System.Func<SyntaxNode, bool> isCaller, CancellationToken cancellationToken)
    {
        var open = new Queue<SyntaxNode>();
        var seen = new HashSet<SyntaxNode>();
        open.Enqueue(place);
        while (open.Count > 0)
        {
            if (MemberOf(open.Dequeue()) is not { } member || !seen.Add(member))
            {
                continue;
            }

            if (seen.Count > MaxMembers || (seen.Count == 1 ? isOwn(member) : isCaller(member)))
            {
                return true;
            }

            if (member is BaseMethodDeclarationSyntax && context.Model(member).GetDeclaredSymbol(member, cancellationToken) is IMethodSymbol method)
            {
                foreach (var caller in context.Coverage.CallersOf(method, cancellationToken))
                {
                    open.Enqueue(caller);
                }
            }
        }

        return false;
    }

    /// <summary>Top-level statements are one member, without the types behind them.</summary>
    private static SyntaxNode? MemberOf(SyntaxNode node) => node.Ancestors().FirstOrDefault(n => n is MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax);

    private static bool Names(SyntaxNode member, string[] words) =>
        member.DescendantNodes(n => n is not BaseTypeDeclarationSyntax).OfType<SimpleNameSyntax>().Any(n => words.Contains(n.Identifier.ValueText));
}
