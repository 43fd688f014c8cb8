using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Members that a later project implements or overrides, and that this one calls in a retry scope wherever it calls them: a base class that retries around its template method. Who stands
/// in the implementation is covered, and cannot see it.
/// </summary>
internal static class CoveredCalls
{
    private static readonly string[] Words =
    {
        "CreateExecutionStrategy", "IExecutionStrategy", "ResiliencePipeline", "ResiliencePipelineProvider", "Policy", "AsyncPolicy", "IAsyncPolicy", "ISyncPolicy", "AsyncRetryPolicy",
        "NpgsqlException", "PostgresException", "DbException", "DbUpdateException",
    };

    public static FactKind KindOf(Need need) => need switch { Need.Strategy => FactKind.CoveredByStrategy, Need.Lost => FactKind.CoveredWhenLost, _ => FactKind.CoveredOnConflict };

    public static IEnumerable<ProjectFact> In(CompilationContext context, CancellationToken cancellation)
    {
        var helpers = context.Foreign.AllWork.Where(w => !w.Work.Scopes.IsEmpty).Select(w => w.Name);
        var words = Words.Concat(helpers).Distinct().Select(TreeWords.Hash).ToArray();
        foreach (var member in context.Compilation.SyntaxTrees.Where(t => NameIndex.WordsOf(t, cancellation).ContainsAny(words)).SelectMany(t => MembersIn(t, context, cancellation)).Distinct<IMethodSymbol>(SymbolEqualityComparer.Default))
        {
            foreach (var need in new[] { Need.Strategy, Need.Lost, Need.Conflict })
            {
                if (context.Retry.Coverage.IsCalledCovered(member, need, cancellation))
                {
                    yield return new ProjectFact(KindOf(need), ProjectFacts.IdOf(member));
                }
            }
        }
    }

    /// <summary>Those that are called where a scope may be around: in a lambda that somebody runs, or in a try.</summary>
    private static IEnumerable<IMethodSymbol> MembersIn(SyntaxTree tree, CompilationContext context, CancellationToken cancellation)
    {
        foreach (var call in tree.GetRoot(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Ancestors().TakeWhile(a => a is not MemberDeclarationSyntax).Any(a => a is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax } or TryStatementSyntax { Catches.Count: > 0 })
                && context.Bodies.Model(tree).GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { OriginalDefinition: var member } && CanBeImplementedLater(member))
            {
                yield return member;
            }
        }
    }

    private static bool CanBeImplementedLater(IMethodSymbol member) =>
        Targets.IsOverridable(member) && !member.ContainingType.IsSealed && !Targets.IsOfFramework(member.ContainingType)
        && (!member.DeclaringSyntaxReferences.IsEmpty || ForeignEffects.CanCarry(member.ContainingAssembly)) && member.DeclaredAccessibility != Accessibility.Private;
}
