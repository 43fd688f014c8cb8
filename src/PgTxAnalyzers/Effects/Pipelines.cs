using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Mediators: which handlers in source a request type has, and which transactions the behaviors in front of a handler surely hold around it. What the members
/// are is data (roles dispatch, handler, behavior, pipeline); a request type is the first type argument of the handler's interface.
/// </summary>
internal sealed class Pipelines
{
    private static readonly ImmutableHashSet<string> BehaviorNames = BuiltInModels.Table.TypeNames(ApiRole.Behavior);

    private readonly CompilationContext context;
    private readonly object gate = new();
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<Region>> around = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IParameterSymbol, bool> nexts = new(SymbolEqualityComparer.Default);
    private Dictionary<ITypeSymbol, List<Handler>>? handlers;
    private ImmutableArray<IBehavior> behaviors;

    public Pipelines(CompilationContext context) => this.context = context;

    /// <summary>The handlers in source of requests of this type.</summary>
    /// <param name="mediator">The root namespace of the library that dispatches them.</param>
    public IEnumerable<IMethodSymbol> HandlersOf(ITypeSymbol? request, string mediator, CancellationToken cancellation) =>
        request is not null && AllHandlers(cancellation).TryGetValue(request, out var found)
            ? found.Where(h => h.Library == mediator).Select(h => h.Method)
            : Enumerable.Empty<IMethodSymbol>();

    /// <summary>Some handler in source is one of requests of this very type.</summary>
    public bool Handles(ITypeSymbol request, CancellationToken cancellation) => AllHandlers(cancellation).ContainsKey(request);

    /// <summary>The handlers in a file that a behavior surely runs in a transaction, and that reach something that matters.</summary>
    public IEnumerable<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        if (AllBehaviors(cancellation).IsEmpty)
        {
            yield break;
        }

        foreach (var handler in AllHandlers(cancellation).Values.SelectMany(h => h))
        {
            if (handler.Method.DeclaringSyntaxReferences.FirstOrDefault() is { } reference && reference.SyntaxTree == tree
                && BodyCatalog.Body(reference.GetSyntax(cancellation)) is { } body
                && context.Relevance.Matters(handler.Method, context.MaxCallDepth, cancellation) && !Around(handler.Method, cancellation).IsEmpty)
            {
                yield return body;
            }
        }
    }

    /// <summary>The transactions in which a handler runs because its request carries what a behavior asks for.</summary>
    public ImmutableArray<Region> Around(IMethodSymbol handler, CancellationToken cancellation)
    {
        if (AllBehaviors(cancellation).IsEmpty)
        {
            return ImmutableArray<Region>.Empty;
        }

        return around.TryGetValue(handler, out var known) ? known : around.GetOrAdd(handler, Find(handler, cancellation));
    }

    /// <summary>The parameter is the next step that a pipeline's library gives to the method.</summary>
    public bool IsNext(IParameterSymbol parameter) =>
        parameter.Type.TypeKind == TypeKind.Delegate && parameter.ContainingSymbol is IMethodSymbol
        && nexts.GetOrAdd(parameter, p => Contracts((IMethodSymbol)p.ContainingSymbol).Any(c => context.Models.Find(c).Role == ApiRole.Behavior));

    private ImmutableArray<Region> Find(IMethodSymbol handler, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<Region>();
        foreach (var (request, own) in AllHandlers(cancellation).SelectMany(entry => entry.Value.Select(h => (entry.Key, h))))
        {
            if (!SymbolEqualityComparer.Default.Equals(own.Method, handler))
            {
                continue;
            }

            foreach (var behavior in AllBehaviors(cancellation))
            {
                if (behavior.Library == own.Library)
                {
                    found.AddRange(behavior.RegionsAround(request, cancellation));
                }
            }
        }

        return found.ToImmutable();
    }

    private Dictionary<ITypeSymbol, List<Handler>> AllHandlers(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (handlers is null)
            {
                var map = new Dictionary<ITypeSymbol, List<Handler>>(SymbolEqualityComparer.Default);
                foreach (var (contract, method, _) in Implementing(ApiRole.Handler, cancellation))
                {
                    if (contract.TypeArguments[0] is { TypeKind: not TypeKind.TypeParameter } request)
                    {
                        if (!map.TryGetValue(request, out var list))
                        {
                            map.Add(request, list = new List<Handler>());
                        }

                        if (!list.Any(h => SymbolEqualityComparer.Default.Equals(h.Method, method)))
                        {
                            list.Add(new Handler(method, SymbolNames.RootOf(contract)));
                        }
                    }
                }

                handlers = map;
            }

            return handlers;
        }
    }

    /// <summary>The steps in source, and those of projects without.</summary>
    private ImmutableArray<IBehavior> AllBehaviors(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (behaviors.IsDefault)
            {
                var carried = context.Carried.Of(FactKind.Behavior).Select(CarriedBehavior.Read).OfType<CarriedBehavior>().Select(b => b.In(context.Compilation));
                behaviors = InSource(cancellation).Concat(carried).ToImmutableArray();
            }

            return behaviors;
        }
    }

    /// <summary>What a project that is compiled later has to know of the steps in this one's source.</summary>
    public IEnumerable<string> ToCarry(CancellationToken cancellation) =>
        InSource(cancellation).SelectMany(b => b.Carried(cancellation)).Select(b => b.Write()).OfType<string>();

    private IEnumerable<Behavior> InSource(CancellationToken cancellation) =>

        // By words first: to look for a behavior reads every type's interfaces.
        !context.Index(cancellation).Mentions(context.Bodies.Sources, BehaviorNames, cancellation)
            ? Enumerable.Empty<Behavior>()
            : Implementing(ApiRole.Behavior, cancellation)
                .Where(b => b.Contract.TypeArguments.Length > 0)
                .Select(b => new Behavior(context, b.Contract, b.Method, SymbolNames.RootOf(b.Contract)))
                .Where(b => b.CanHaveRegion(cancellation));

    /// <summary>Each method in source that implements a member of the role, with the interface as its type has it.</summary>
    private IEnumerable<(INamedTypeSymbol Contract, IMethodSymbol Method, INamedTypeSymbol Type)> Implementing(ApiRole role, CancellationToken cancellation)
    {
        foreach (var entry in context.Targets.Derived(cancellation))
        {
            if (entry.Key is not INamedTypeSymbol { TypeKind: TypeKind.Interface, IsGenericType: true } definition || !definition.DeclaringSyntaxReferences.IsEmpty
                || !definition.GetMembers().Any(m => context.Models.Find(m).Role == role))
            {
                continue;
            }

            foreach (var type in entry.Value)
            {
                foreach (var contract in type.AllInterfaces.Where(i => SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, definition)))
                {
                    foreach (var member in contract.GetMembers().Where(m => context.Models.Find(m).Role == role))
                    {
                        if (type.FindImplementationForInterfaceMember(member) is IMethodSymbol { DeclaringSyntaxReferences.IsEmpty: false } method)
                        {
                            yield return (contract, method.OriginalDefinition, type);
                        }
                    }
                }
            }
        }
    }

    /// <summary>The members of libraries that a method in source implements or overrides.</summary>
    private static IEnumerable<ISymbol> Contracts(IMethodSymbol method)
    {
        for (var m = method.OverriddenMethod; m is not null; m = m.OverriddenMethod)
        {
            yield return m;
        }

        foreach (var contract in method.ContainingType?.AllInterfaces ?? ImmutableArray<INamedTypeSymbol>.Empty)
        {
            foreach (var member in contract.GetMembers())
            {
                if (contract.DeclaringSyntaxReferences.IsEmpty && SymbolEqualityComparer.Default.Equals(method.ContainingType!.FindImplementationForInterfaceMember(member), method))
                {
                    yield return member;
                }
            }
        }
    }

    private sealed record Handler(IMethodSymbol Method, string Library);
}
