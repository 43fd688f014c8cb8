using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What methods in sight do, in source or by what their assembly says: each is run once, however many obligations ask. For one thread.</summary>
internal sealed class MethodEffects
{
    private readonly CompilationContext context;
    private readonly EffectProbe probe;
    private readonly Dictionary<IMethodSymbol, MethodEffect?> known = new(SymbolEqualityComparer.Default);

    public MethodEffects(CompilationContext context, EffectProbe probe) => (this.context, this.probe) = (context, probe);

    /// <summary>Null: it does nothing that a caller could tell, or nobody knows.</summary>
    public MethodEffect? Of(IMethodSymbol method)
    {
        if (!known.TryGetValue(method, out var effect))
        {
            known.Add(method, effect = method.DeclaringSyntaxReferences.IsEmpty ? context.Foreign.Target(method)?.Effect : probe.Of(method));
        }

        return effect;
    }
}
