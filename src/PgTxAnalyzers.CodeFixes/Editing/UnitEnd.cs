using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Where the unit of a transaction ends. Work behind the commit has no part in it: a connection that is lost there would make the strategy run the committed transaction a second time.
/// </summary>
/// <param name="root">The root of the unit's file.</param>
/// <param name="context">The compilation's.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class UnitEnd(SyntaxNode root, RetryContext context, CancellationToken cancellationToken)
{
    /// <summary>How many of the statements are the unit: all of them where nothing works behind the commit. Null where what works there cannot stand outside.</summary>
    /// <param name="statements">To the end of the method's block.</param>
    /// <param name="begin">The statement of the begin, one of them.</param>
    public int? Of(IReadOnlyList<StatementSyntax> statements, StatementSyntax begin)
    {
        var commits = Commits(statements);
        var last = begin is UsingStatementSyntax ? CallPath.Position(statements, begin)
            : commits.Count == 0 ? statements.Count - 1
            : Enumerable.Range(0, statements.Count).Last(at => commits.Any(commit => statements[at].Span.Contains(commit.Span)));

        // What names the transaction stands where it lives.
        var sessions = new HashSet<ISymbol>(statements.Take(last + 1).SelectMany(s => RetryUnit.Declared(s, context.Model(s))).Where(l => SessionTypes.Is(l.Type)), SymbolEqualityComparer.Default);
        last = Enumerable.Range(last, statements.Count - last).Last(at => at == last || Names(statements[at]).Any(name => sessions.Contains(name)));
        if (commits.Any(commit => IsFollowedByWork(commit, statements[last])))
        {
            return null;
        }

        // A return of the unit would have to end the method too, and what it disposes of be alive behind it.
        var unit = statements.Take(last + 1).ToList();
        return !statements.Skip(last + 1).Any(Works) ? statements.Count
            : unit.SelectMany(s => s.DescendantNodesAndSelf(InFunction)).Any(n => n is ReturnStatementSyntax) || Results(unit, statements.Skip(last + 1)).Any(local => local.IsUsing) ? null
            : last + 1;
    }

    /// <summary>The locals of the unit that are named behind it.</summary>
    public IReadOnlyList<ILocalSymbol> Results(IEnumerable<StatementSyntax> unit, IEnumerable<StatementSyntax> behind)
    {
        var named = new HashSet<ISymbol>(behind.SelectMany(Names), SymbolEqualityComparer.Default);
        return unit.SelectMany(s => RetryUnit.Declared(s, context.Model(s))).Where(named.Contains).ToList();
    }

    private IEnumerable<ISymbol> Names(SyntaxNode node) => node.DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => context.Model(name).GetSymbolInfo(name, cancellationToken).Symbol).OfType<ILocalSymbol>();

    /// <summary>The calls that commit; where none does by itself, those of methods that do.</summary>
    private List<InvocationExpressionSyntax> Commits(IReadOnlyList<StatementSyntax> statements)
    {
        var calls = statements.SelectMany(s => s.DescendantNodes(InFunction)).OfType<InvocationExpressionSyntax>().ToList();
        var commits = calls.Where(IsCommit).ToList();
        return commits.Count > 0 ? commits : calls.Where(call => BodiesOf(call).OfType<InvocationExpressionSyntax>().Any(IsCommit)).ToList();
    }

    private bool IsCommit(InvocationExpressionSyntax call) => context.FactOf(call, out _, cancellationToken).Role == ApiRole.Commit;

    /// <summary>On the way from the commit to the end of the unit something works, before a jump.</summary>
    private bool IsFollowedByWork(SyntaxNode commit, StatementSyntax end)
    {
        for (var node = commit; node is not null && !SyntaxSearch.IsFunction(node) && node != end; node = node.Parent)
        {
            if (node is StatementSyntax statement && statement.IsInList())
            {
                foreach (var next in statement.Siblings().SkipWhile(s => s != statement).Skip(1).TakeWhile(s => s.SpanStart < end.Span.End))
                {
                    if (Works(next))
                    {
                        return true;
                    }

                    if (next is ReturnStatementSyntax or ThrowStatementSyntax)
                    {
                        return false;
                    }
                }
            }

            // The next round of a loop works behind the commit of this one; a `finally` runs behind each.
            if (node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax || (node is BlockSyntax { Parent: TryStatementSyntax { Finally: { } final } } && Works(final)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Asks the database, or another system, for something: what may fail there is taken for a failure of the unit.</summary>
    private bool Works(SyntaxNode node) => BodiesOf(node).Any(inner => inner switch
    {
        InvocationExpressionSyntax call => context.FactOf(call, out _, cancellationToken).Role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Rows or ApiRole.Query or ApiRole.Save
            or ApiRole.Copy or ApiRole.Begin or ApiRole.TransactionRunner or ApiRole.Sink or ApiRole.Enqueue,
        CommonForEachStatementSyntax loop => DataLibrary.IsDataType(context.Model(loop).GetTypeInfo(loop.Expression, cancellationToken).Type),
        _ => false,
    });

    private IEnumerable<SyntaxNode> BodiesOf(SyntaxNode node) => Repeatable.Bodies(root, node.Span, context, cancellationToken).Take(Repeatable.MaxBodies).SelectMany(nodes => nodes);

    private static bool InFunction(SyntaxNode node) => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax);
}
