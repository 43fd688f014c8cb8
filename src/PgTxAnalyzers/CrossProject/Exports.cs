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
    public static string? Of(CompilationContext context, CancellationToken cancellation)
    {
        var compilation = context.Compilation;
        var bodies = NameReach.Of(new[] { compilation }, context.Models.Names(Matters, cancellation), context.Foreign.Names, context.MaxCallDepth, cancellation).Bodies;
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
            if (Symbol(context, body.Declaration, cancellation) is { } method && visibility.IsCallable(method) && context.Relevance.Matters(method, context.MaxCallDepth, cancellation) && probe.Of(method) is { } effect)
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

    /// <summary>Operators that only run their delegate, and objects that are only made, do not make a body worth a look.</summary>
    private static bool Matters(ApiRole role) => role is
        ApiRole.Begin or ApiRole.Adopt or ApiRole.Scope or ApiRole.Complete or ApiRole.Commit or ApiRole.Rollback or ApiRole.Savepoint or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query
        or ApiRole.Save or ApiRole.Copy or ApiRole.Sink or ApiRole.Wait or ApiRole.TransactionRunner or ApiRole.DisposeTransaction or ApiRole.Close;

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
