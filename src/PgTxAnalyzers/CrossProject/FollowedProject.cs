using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// A referenced project whose source a host has: its loose ends are found there, each body once, and only where somebody above could meet what it owes.
/// </summary>
internal sealed class FollowedProject
{
    private readonly CompilationContext own;
    private readonly Lazy<ImmutableArray<Registration>> registrations;
    private readonly Lazy<ImmutableArray<string>> met;

    /// <summary>By identity: for a project on another framework the compiler makes assemblies of its own out of these.</summary>
    private readonly Lazy<ImmutableHashSet<AssemblyIdentity>> sight;
    private readonly ConcurrentDictionary<SyntaxNode, Owed> known = new();

    public FollowedProject(CompilationContext asker, Compilation compilation)
    {
        own = new CompilationContext(compilation, asker.Models.For(compilation), asker.MaxCallDepth, keepsModels: true) { Obliges = true };
        registrations = new Lazy<ImmutableArray<Registration>>(() => LooseEnds.RegistrationsOf(own, default));
        met = new Lazy<ImmutableArray<string>>(() => MetObligations.Of(own, default).Ids);
        sight = new Lazy<ImmutableHashSet<AssemblyIdentity>>(() => own.Bodies.Sources.Select(s => s.Assembly.Identity).ToImmutableHashSet());
    }

    public LooseEnds Ends(CompilationContext asker, CancellationToken cancellation)
    {
        var wanted = DataLibraries.IsReferencedBy(own.Compilation) || OpenUnits.MayBeIn(own.Compilation, cancellation) ? ImplementedAbove(asker, cancellation) : new HashSet<string>();
        return LooseEnds.Of(wanted.Count == 0 ? Owed.Nothing : ObligationSearch.In(own, wanted, known, cancellation), registrations.Value, met.Value);
    }

    /// <summary>The names of members of interfaces that a type implements which the project cannot see.</summary>
    private HashSet<string> ImplementedAbove(CompilationContext asker, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in asker.Targets.Derived(cancellation))
        {
            // What the project does not know (a contract that a later project declares for itself), it calls nowhere.
            if (entry.Key is INamedTypeSymbol { TypeKind: TypeKind.Interface } contract && (contract.DeclaringSyntaxReferences.IsEmpty ? ForeignEffects.CanCarry(contract.ContainingAssembly) : IsInSight(contract))
                && entry.Value.Any(t => !IsInSight(t)))
            {
                names.UnionWith(contract.GetMembers().OfType<IMethodSymbol>().Select(m => m.Name));
            }
        }

        return names;
    }

    private bool IsInSight(ISymbol type) => sight.Value.Contains(type.ContainingAssembly.Identity);
}
