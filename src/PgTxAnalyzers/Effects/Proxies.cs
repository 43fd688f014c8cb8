using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// The interfaces behind which a library's proxy may stand: the type arguments of what hands proxies out, such as a typed hub of SignalR. Whether a call goes to a
/// proxy is said by the value that it is made on; this says which calls are worth a look.
/// </summary>
/// <remarks>
/// The members that hand proxies out are called <c>All</c>, <c>Clients</c> or <c>User</c>: as words to look for they would be everywhere, the interfaces' own members are not.
/// </remarks>
internal sealed class Proxies
{
    private readonly CompilationContext context;
    private readonly Lazy<HashSet<INamedTypeSymbol>> contracts;
    private readonly Lazy<HashSet<string>> names;

    public Proxies(CompilationContext context)
    {
        this.context = context;
        contracts = new Lazy<HashSet<INamedTypeSymbol>>(() => Find(default));
        names = new Lazy<HashSet<string>>(() => new HashSet<string>(contracts.Value.SelectMany(c => c.GetMembers()).OfType<IMethodSymbol>().Select(m => m.Name), StringComparer.Ordinal));
    }

    /// <summary>The names of the interfaces' members.</summary>
    public IReadOnlyCollection<string> Names => names.Value;

    /// <summary>A proxy may carry the call out.</summary>
    public bool MayCarry(IMethodSymbol method) => method.ContainingType is { TypeKind: TypeKind.Interface } type && IsContract(type);

    /// <summary>A value of the type may be a proxy.</summary>
    public bool IsContract(ITypeSymbol type) => type is INamedTypeSymbol named && contracts.Value.Contains(named.OriginalDefinition);

    private HashSet<INamedTypeSymbol> Find(CancellationToken cancellation)
    {
        var found = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        var makers = context.Models.ProxyMakers;
        var words = makers.Select(TreeWords.Hash).ToArray();
        foreach (var tree in context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(t => NameIndex.WordsOf(t, cancellation).ContainsAny(words)))
        {
            var model = context.Bodies.Model(tree);
            foreach (var generic in tree.GetRoot(cancellation).DescendantNodes().OfType<GenericNameSyntax>().Where(g => makers.Contains(g.Identifier.ValueText)))
            {
                cancellation.ThrowIfCancellationRequested();
                if (model.GetSymbolInfo(generic, cancellation).Symbol is { } maker && context.Models.HandsOutProxies(maker))
                {
                    foreach (var contract in ArgumentsOf(maker).OfType<INamedTypeSymbol>().Where(t => t.TypeKind == TypeKind.Interface))
                    {
                        found.UnionWith(contract.AllInterfaces.Append(contract).Where(i => !Targets.IsOfFramework(i)).Select(i => i.OriginalDefinition));
                    }
                }
            }
        }

        return found;
    }

    private static IEnumerable<ITypeSymbol> ArgumentsOf(ISymbol maker) => maker switch
    {
        INamedTypeSymbol type => type.TypeArguments,
        IMethodSymbol method => method.TypeArguments,
        _ => Enumerable.Empty<ITypeSymbol>(),
    };
}
