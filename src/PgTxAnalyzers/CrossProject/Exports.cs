using System;
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

/// <summary>The effects of those methods of a compilation that another project can call.</summary>
internal static class Exports
{
    /// <returns>The text of the attribute; null where there is nothing to say.</returns>
    public static string? Of(CompilationContext context, IEnumerable<ModelLine> lines, CancellationToken cancellation)
    {
        var compilation = context.Compilation;
        var names = ReachingNames.Of(compilation, lines, cancellation);
        names.UnionWith(context.Foreign.Names);
        var bodies = BodyWords.Relevant(compilation, names, context.MaxCallDepth, cancellation);
        if (bodies.Count == 0)
        {
            return null;
        }

        var visibility = new Visibility(compilation);
        var probe = new EffectProbe(context, cancellation);
        var types = new Dictionary<string, IReadOnlyDictionary<string, MethodEffect>>(StringComparer.Ordinal);
        var found = new ConcurrentBag<(IMethodSymbol Method, MethodEffect Effect)>();
        Parallel.ForEach(bodies, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = compilation.Options.ConcurrentBuild ? -1 : 1 }, body =>
        {
            if (Symbol(context, body, cancellation) is { } method && visibility.IsCallable(method) && context.Relevance.Matters(method, context.MaxCallDepth, cancellation) && probe.Of(method) is { } effect)
            {
                found.Add((method, effect));
            }
        });

        foreach (var (method, effect) in found)
        {
            var type = AssemblyEffects.TypeKey(method.ContainingType);
            if (!types.TryGetValue(type, out var methods))
            {
                types[type] = methods = new Dictionary<string, MethodEffect>(StringComparer.Ordinal);
            }

            var key = method.ContainingType.GetMembers(method.Name).Length > 1 ? AssemblyEffects.MethodKey(method) : method.MetadataName;
            if (key.IndexOf(' ') < 0)
            {
                ((Dictionary<string, MethodEffect>)methods)[key] = effect;
            }
        }

        return types.Count == 0 ? null : EffectText.Write(types);
    }

    private static IMethodSymbol? Symbol(CompilationContext context, SyntaxNode body, CancellationToken cancellation)
    {
        var model = context.Bodies.Model(body.SyntaxTree);
        return body switch
        {
            ArrowExpressionClauseSyntax { Parent: { } parent } => (model.GetDeclaredSymbol(parent, cancellation) as IPropertySymbol)?.GetMethod,
            CompilationUnitSyntax => null,
            _ => model.GetDeclaredSymbol(body, cancellation) as IMethodSymbol,
        };
    }
}
