using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Implementations that the container hands out by a key alone, where everybody who names no key is given another one: the publisher that sends belongs to the relay,
/// and the one that stores to everybody else. Else each of these would seem to send.
/// </summary>
internal sealed class KeyedServices
{
    private static readonly ImmutableHashSet<string> Keyed = RegistrationSearch.Words.Where(w => w.Contains("AddKeyed")).ToImmutableHashSet();

    private readonly CompilationContext context;
    private ILookup<ISymbol?, INamedTypeSymbol>? known;

    public KeyedServices(CompilationContext context) => this.context = context;

    public bool IsByKeyAlone(INamedTypeSymbol service, INamedTypeSymbol implementation, CancellationToken cancellation) =>
        (known ??= Find(cancellation))[service.OriginalDefinition].Contains(implementation.OriginalDefinition, SymbolEqualityComparer.Default);

    private ILookup<ISymbol?, INamedTypeSymbol> Find(CancellationToken cancellation)
    {
        // What a method of the project's own registers is seen where it does; its callers say no key.
        var sites = context.Compilation.SyntaxTrees.Any(t => NameIndex.WordsOf(t, cancellation).ContainsAny(Keyed))
            ? RegistrationSearch.In(context, cancellation).Select(s => (s.Service, s.Implementation, Name: CalledName.Of((InvocationExpressionSyntax)s.At)!)).Where(s => RegistrationSearch.Words.Contains(s.Name)).ToList()
            : new();
        return sites.ToLookup(s => (ISymbol?)s.Service, s => (s.Implementation, IsKeyed: Keyed.Contains(s.Name)), SymbolEqualityComparer.Default)
            .Where(g => g.Any(s => !s.IsKeyed))
            .SelectMany(g => g.Where(s => s.IsKeyed && !g.Any(o => !o.IsKeyed && SymbolEqualityComparer.Default.Equals(o.Implementation, s.Implementation))).Select(s => (Service: g.Key, s.Implementation)))
            .ToLookup(p => p.Service, p => p.Implementation, SymbolEqualityComparer.Default);
    }
}
