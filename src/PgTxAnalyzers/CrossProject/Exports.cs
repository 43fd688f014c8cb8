using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The effects and the work of those methods of a compilation that another project can call.</summary>
internal static class Exports
{
    /// <returns>The text of the attribute; null where there is nothing to say.</returns>
    public static string? Of(CompilationContext context, CancellationToken cancellation)
    {
        var visibility = new Visibility(context.Compilation);
        var effects = Effects(context, visibility, cancellation);
        var work = new WorkExports(context, visibility, cancellation).Find();
        var methods = effects.Keys.Union(work.Keys, SymbolEqualityComparer.Default).OfType<IMethodSymbol>()
            .Select(m => new CarriedMethod(AssemblyEffects.TypeKey(m.ContainingType), KeyOf(m), effects.TryGetValue(m, out var effect) ? effect : null, work.TryGetValue(m, out var does) ? does : null))
            .Where(m => m.Key.IndexOf(' ') < 0).ToList();
        return methods.Count == 0 ? null : EffectText.Write(methods);
    }

    private static IReadOnlyDictionary<IMethodSymbol, MethodEffect> Effects(CompilationContext context, Visibility visibility, CancellationToken cancellation)
    {
        var compilation = context.Compilation;
        var bodies = NameReach.Of(new[] { compilation }, context.Models.Names(Matters, cancellation), context.Foreign.Names.Concat(context.Proxies.Names), context.MaxCallDepth, cancellation).Bodies;
        var buses = Buses(context, cancellation);
        var probe = new EffectProbe(context, cancellation);
        var found = new ConcurrentDictionary<IMethodSymbol, MethodEffect>(SymbolEqualityComparer.Default);
        Parallel.ForEach(bodies.Select(b => b.Declaration).Union(buses), Side(compilation, cancellation), body =>
        {
            if (Symbol(context, body, cancellation) is { } method && visibility.IsCallable(method) && (buses.Contains(body) || context.Relevance.Matters(method, context.MaxCallDepth, cancellation)) && probe.Of(method) is { } effect)
            {
                found[method] = effect;
            }
        });

        return found;
    }

    /// <summary>The bodies that hand a parameter to a mediator: by names, for what else they call does not matter.</summary>
    private static HashSet<SyntaxNode> Buses(CompilationContext context, CancellationToken cancellation)
    {
        var names = context.Models.Names(role => role == ApiRole.Dispatch, cancellation);
        return new HashSet<SyntaxNode>(NameReach.Of(new[] { context.Compilation }, names.Names, rounds: 0, cancellation).Bodies.Select(b => b.Declaration).Where(d => d is MethodDeclarationSyntax method && HandsOn(method, names.Names)));
    }

    private static bool HandsOn(MethodDeclarationSyntax method, ICollection<string> dispatchers) => method.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } && dispatchers.Contains(name)
        && call.ArgumentList.Arguments.FirstOrDefault()?.Expression is IdentifierNameSyntax { Identifier.ValueText: var request } && method.ParameterList.Parameters.Any(p => p.Identifier.ValueText == request));

    /// <summary>As many bodies at once as the compilation allows.</summary>
    public static ParallelOptions Side(Compilation compilation, CancellationToken cancellation) =>
        new() { CancellationToken = cancellation, MaxDegreeOfParallelism = compilation.Options.ConcurrentBuild ? -1 : 1 };

    private static string KeyOf(IMethodSymbol method) => method.ContainingType.GetMembers(method.Name).Length > 1 ? AssemblyEffects.MethodKey(method) : method.MetadataName;

    /// <summary>Operators that only run their delegate, and objects that are only made, do not make a body worth a look.</summary>
    private static bool Matters(ApiRole role) => role is
        ApiRole.Begin or ApiRole.Adopt or ApiRole.Scope or ApiRole.Complete or ApiRole.Commit or ApiRole.Rollback or ApiRole.Savepoint or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query
        or ApiRole.Save or ApiRole.Copy or ApiRole.Sink or ApiRole.Wait or ApiRole.TransactionRunner or ApiRole.DisposeTransaction or ApiRole.Close;

    /// <summary>Null for the statements of a program, which nobody calls.</summary>
    public static IMethodSymbol? Symbol(CompilationContext context, SyntaxNode body, CancellationToken cancellation) =>
        body is CompilationUnitSyntax ? null : BodyCatalog.MethodOf(body, context.Bodies.Model(body.SyntaxTree), cancellation);
}
