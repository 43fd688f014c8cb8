using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Transactions of EF Core in whose extent runs what nobody sees into: the rest of a pipeline, a handler, the caller of the method that begins. No rule says that a retrying context would refuse
/// the work in them, and none can say that it would not.
/// </summary>
/// <param name="context">The name of the context that is to retry; null where it is not known.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class UnseenTransactions(string? context, CancellationToken cancellationToken)
{
    /// <summary>One of them is in the project, in one that uses it, or in one that it is built on.</summary>
    public async Task<bool> ExistAsync(Project project)
    {
        var solution = project.Solution;
        var graph = solution.GetProjectDependencyGraph();
        var others = graph.GetProjectsThatTransitivelyDependOnThisProject(project.Id).Concat(graph.GetProjectsThatThisProjectTransitivelyDependsOn(project.Id));
        foreach (var one in others.Prepend(project.Id).Select(solution.GetProject).OfType<Project>().Where(one => one.Language == LanguageNames.CSharp))
        {
            RetryContext? retry = null;
            foreach (var document in one.Documents)
            {
                var text = (await document.GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString();
                if (!Callers.Begins.Any(word => text.Contains(word)) || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
                {
                    continue;
                }

                retry ??= Repeatable.ContextOf(document, model, cancellationToken);
                if (!retry.IsTestProject && model.SyntaxTree.GetRoot(cancellationToken).DescendantNodes().OfType<ExpressionSyntax>().Any(node => Begins(node, retry) && IsUnseen(node, model, retry)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Begins(ExpressionSyntax node, RetryContext retry) => node switch
    {
        ObjectCreationExpressionSyntax { Type: var type } creation => type.ToString().EndsWith("TransactionScope", System.StringComparison.Ordinal)
            && retry.FactOf(creation, out _, cancellationToken).Role == ApiRole.Scope && creation.ArgumentList?.Arguments.Any(a => a.Expression.ToString().EndsWith(".Suppress", System.StringComparison.Ordinal) && !a.Expression.ToString().Contains("AsyncFlow")) != true,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } call => Callers.Begins.Contains(name)
            && retry.FactOf(call, out var method, cancellationToken).Role is ApiRole.Begin or ApiRole.Adopt && method is not null && KnownTypes.IsEfCore(method) && IsOurs(EfWork.ContextOf(call, retry.Model(call), cancellationToken)),
        _ => false,
    };

    /// <summary>The context itself, one that it derives from, or one that derives from it.</summary>
    private bool IsOurs(ITypeSymbol? type)
    {
        for (var current = type; current is not null && context is not null; current = current.BaseType)
        {
            if (current.ToDisplayString() == context)
            {
                return true;
            }
        }

        // A base class may be begun on for all that derive from it.
        return context is null || type is null || type.IsAbstract || KnownTypes.Is(type, "Microsoft.EntityFrameworkCore", "DbContext") || type is ITypeParameterSymbol;
    }

    private bool IsUnseen(ExpressionSyntax begin, SemanticModel model, RetryContext retry)
    {
        if (retry.Coverage.IsCovered(begin, Need.Strategy, cancellationToken))
        {
            return false;
        }

        // Kept in a field, handed out: it is open when the method has ended.
        if (Region.Find(begin, model, cancellationToken) is not { } region || begin.EnclosingFunction() is not { } function || !(region.Transaction is ILocalSymbol || region.BeginStatement is UsingStatementSyntax))
        {
            return true;
        }

        return function.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => call.SpanStart > begin.Span.End).Any(call => IsUnknown(call, retry, []));
    }

    /// <summary>Neither a library's nor one whose body, or all of whose bodies, are in sight.</summary>
    private bool IsUnknown(InvocationExpressionSyntax call, RetryContext retry, HashSet<ISymbol> seen)
    {
        var fact = retry.FactOf(call, out var method, cancellationToken);
        if (method is null)
        {
            return call.Expression is not IdentifierNameSyntax { Identifier.ValueText: "nameof" };
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return true;
        }

        if (fact.Role != ApiRole.None || !IsOwn(method))
        {
            return false;
        }

        var targets = retry.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellationToken);
        return targets.IsEmpty || targets.Where(seen.Add).Any(target => seen.Count > MaxBodies || target.DeclaringSyntaxReferences.IsEmpty
            || target.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellationToken).DescendantNodes()).OfType<InvocationExpressionSyntax>().Any(inner => IsUnknown(inner, retry, seen)));
    }

    /// <summary>Bodies that are looked into for one begin.</summary>
    private const int MaxBodies = 200;

    private static bool IsOwn(IMethodSymbol method) => !method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || IsDispatch(method);

    /// <summary>A mediator's or a bus's: what handles it runs in the same transaction.</summary>
    private static bool IsDispatch(IMethodSymbol method) => method.ContainingType is { TypeKind: TypeKind.Interface, Name: "IMediator" or "ISender" or "IPublisher" };
}
