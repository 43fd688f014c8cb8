using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The work of those methods of a compilation that another project can call: what the rules about retries would have found in their bodies.</summary>
internal sealed class WorkExports
{
    private readonly CompilationContext context;
    private readonly Visibility visibility;
    private readonly CancellationToken cancellation;

    public WorkExports(CompilationContext context, Visibility visibility, CancellationToken cancellation) =>
        (this.context, this.visibility, this.cancellation) = (context, visibility, cancellation);

    public IReadOnlyDictionary<IMethodSymbol, MethodWork> Find()
    {
        // Nobody restarts a database under a project of tests.
        var found = new ConcurrentDictionary<IMethodSymbol, MethodWork>(SymbolEqualityComparer.Default);
        if (context.Retry.IsTestProject)
        {
            return found;
        }

        var open = context.OpenCalls;
        var bodies = new HashSet<SyntaxNode>(context.Retry.Unprotected.Bodies.Where(b => context.Compilation.ContainsSyntaxTree(b.SyntaxTree)));
        bodies.UnionWith(context.Compilation.SyntaxTrees.SelectMany(t => TreeBodies.Of(t, cancellation).Bodies).Where(b => b.TakesDelegate).Select(b => b.Declaration));
        bodies.UnionWith(open.Bodies);
        Parallel.ForEach(bodies.OfType<MethodDeclarationSyntax>(), Exports.Side(context.Compilation, cancellation), body =>
        {
            if (Exports.Symbol(context, body, cancellation) is { } method && visibility.IsCallable(method) && Of(method, body, open) is { IsEmpty: false } work)
            {
                found[method] = work;
            }
        });

        return found;
    }

    private MethodWork Of(IMethodSymbol method, MethodDeclarationSyntax body, OpenCalls open)
    {
        // Whoever is called from outside of the program is called by no other project: the finding is its own.
        if (EntryPoints.FrameworkOf(method) != EntryFramework.None)
        {
            return new MethodWork(ImmutableArray<string>.Empty, Aftermath.Fails, ImmutableArray<string>.Empty, Scopes(method, body));
        }

        var unprotected = context.Retry.Unprotected;
        var steps = unprotected.MayBeIn(body) ? unprotected.In(body, method, cancellation) : null;

        // Who works with the driver anyway is found without what later projects implement.
        return steps is { } chain
            ? new MethodWork(chain.SelectMany(s => s.Names).ToImmutableArray(), unprotected.AftermathOf(chain, cancellation), ImmutableArray<string>.Empty, Scopes(method, body))
            : new MethodWork(ImmutableArray<string>.Empty, Aftermath.Fails, open.Of(method), Scopes(method, body));
    }

    private ImmutableArray<DelegateScope> Scopes(IMethodSymbol method, MethodDeclarationSyntax body)
    {
        var scopes = ImmutableArray.CreateBuilder<DelegateScope>();
        foreach (var parameter in method.Parameters.Where(p => p.Type.TypeKind == TypeKind.Delegate && CanBeRepeated(p.Name, body)))
        {
            if (context.Retry.Scopes.OfParameter(parameter, cancellation) is { } scope)
            {
                scopes.Add(new DelegateScope(parameter.Ordinal, scope.Kind, scope.CoversLost, scope.CoversConflict));
            }
        }

        return scopes.ToImmutable();
    }

    /// <summary>By syntax, before anything is bound: the delegate stands in a lambda, in an argument, or in a try that something repeats.</summary>
    private static bool CanBeRepeated(string name, MethodDeclarationSyntax body) => body.DescendantNodes().OfType<IdentifierNameSyntax>().Any(use =>
        use.Identifier.ValueText == name && use.Ancestors().TakeWhile(a => a != body).Any(a => a is ArgumentSyntax or TryStatementSyntax { Catches.Count: > 0 }));
}
