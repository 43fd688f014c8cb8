using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The state in which a method is run without its caller: the probes, and marked delegates in its parameters.</summary>
internal sealed class ProbeEntry
{
    private const string Mark = "\u0001delegate ";

    private readonly Dictionary<RegionId, Probe> probes = new();
    private readonly Dictionary<Probe, Level> levels = new();
    private readonly ControlFlowGraph graph;

    /// <param name="flags">What is known of the object's flags.</param>
    public ProbeEntry(Shapes shapes, IMethodSymbol method, ControlFlowGraph graph, bool withOwn, IEnumerable<KeyValuePair<ISymbol, Value>>? flags = null)
    {
        (Method, this.graph) = (method, graph);
        Self = method is { IsStatic: false, ContainingType: { } type } ? new Value.Instance(new Place.This(), type, Exact: type.IsSealed) : Value.Nothing;
        State = Begin(Probe.Connection, RegionKind.Transaction, Level.Pinned, new Place.Slot(new Place.This(), SlotKind.Probe), false)
            .Begin(Make(Probe.Context, RegionKind.Transaction, Level.Pinned, new Place.Slot(new Place.This(), SlotKind.Probe), true))
            .Begin(Make(Probe.Elsewhere, RegionKind.Transaction, Level.Pinned, new Place.Made(Node(), 0, null), false))
            .Begin(Make(Probe.Scope, RegionKind.Scope, Level.None, null, false));
        foreach (var parameter in method.Parameters)
        {
            Bind(shapes, parameter);
        }

        if (withOwn)
        {
            Own(shapes, method.ContainingType);
        }

        foreach (var flag in flags ?? Enumerable.Empty<KeyValuePair<ISymbol, Value>>())
        {
            State = State.Set(FlagPlace(flag.Key), flag.Value);
        }
    }

    public IMethodSymbol Method { get; }

    public Value Self { get; }

    public State State { get; private set; }

    public IParameterSymbol? GivenConnection { get; private set; }

    public IParameterSymbol? GivenTransaction { get; private set; }

    /// <summary>Where the state keeps what is known of a flag of the object.</summary>
    public static Place FlagPlace(ISymbol flag) => new Place.Member(new Place.This(), flag);

    /// <summary>The method's own run from this state.</summary>
    public BodyRun Walked(CallEvaluator evaluator, CancellationToken cancellation)
    {
        var run = new BodyRun(new Frame(null, graph, Method, Self, reportsFrom: 0), evaluator, cancellation);
        run.Walk(State);
        return run;
    }

    public Probe? ProbeOf(RegionId id) => probes.TryGetValue(id, out var probe) ? probe : null;

    /// <summary>The parameter whose delegate the value is; null: another value.</summary>
    public int? OrdinalOf(Value target) =>
        target is Value.Text { Content: var text } && text.StartsWith(Mark, System.StringComparison.Ordinal) ? int.Parse(text.Substring(Mark.Length), System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>The parameter that is dispatched as a request; null: something else is.</summary>
    public int? OrdinalOf(Value request, IOperation asked) => (request, asked) switch
    {
        (Value.Instance { Identity: Place.Variable { Symbol: IParameterSymbol own } }, _) when IsOwn(own) => own.Ordinal,
        (not Value.Instance, IParameterReferenceOperation { Parameter: var own }) when IsOwn(own) => own.Ordinal,
        _ => null,
    };

    private bool IsOwn(IParameterSymbol parameter) => SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, Method);

    /// <summary>What has become of each probe, given the regions that live or were lost.</summary>
    public Fates FatesOf(ImmutableArray<Region> regions, RootFacts facts)
    {
        var text = new char[Fates.Count];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = '.';
        }

        foreach (var entry in probes)
        {
            text[(int)entry.Value] = regions.FirstOrDefault(r => r.Id.Equals(entry.Key)) is { } region
                ? Fate(region, levels[entry.Value])
                : facts.Committed.Contains(entry.Key.Begin) ? 'x' : 'r';
        }

        return new Fates(new string(text).TrimEnd('.'));
    }

    private static char Fate(Region region, Level before)
    {
        if (region.Lost)
        {
            return 'd';
        }

        if (region.OutOfSight || region.Intended)
        {
            return region.OutOfSight ? 'g' : 'i';
        }

        var changed = region.ChangedBy is not null;
        return region.Level switch
        {
            _ when region.Level == before && !changed => '.',
            Level.Pinned => changed ? 'P' : 'p',
            Level.Open => changed ? 'O' : 'o',
            Level.Locking => changed ? 'L' : 'l',
            _ => '.',
        };
    }

    private State Begin(Probe probe, RegionKind kind, Level level, Place? connection, bool isContext) => State.Empty.Begin(Make(probe, kind, level, connection, isContext));

    private Region Make(Probe probe, RegionKind kind, Level level, Place? connection, bool isContext)
    {
        var id = new RegionId(Node());
        probes[id] = probe;
        levels[probe] = level;

        // It counts as changed, so that a bare Dispose shows; what the method itself changes is seen by its statement.
        return new Region(id, kind, level, 0) { Connection = connection, IsContext = isContext, Changed = true, IsProbe = true };
    }

    /// <summary>A region is known by the node that begins it. This one stands in no tree.</summary>
    private static SyntaxNode Node() => SyntaxFactory.IdentifierName("_");

    private void Bind(Shapes shapes, IParameterSymbol parameter)
    {
        var place = new Place.Variable(parameter);
        switch (shapes.Of(parameter.Type))
        {
            case Shape.Connection or Shape.Context when GivenConnection is null && parameter.RefKind == RefKind.None:
                GivenConnection = parameter;
                var isContext = shapes.Of(parameter.Type) == Shape.Context;
                State = State.Begin(Make(Probe.GivenConnection, RegionKind.Transaction, Level.Pinned, place, isContext));
                break;
            case Shape.Transaction when GivenTransaction is null && parameter.RefKind != RefKind.Out && shapes.IsCallersTransaction(parameter.Type):
                GivenTransaction = parameter;
                var region = Make(Probe.GivenTransaction, RegionKind.Transaction, Level.Open, null, false);
                State = State.Begin(region).Set(place, new Value.Transaction(region.Id));
                break;
            case Shape.Delegate when parameter.Type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke }:
                // Running it is a call of Invoke on a text that says which parameter it is.
                State = State.Set(place, new Value.MethodGroup(invoke, new Value.Text(Mark + parameter.Ordinal), graph.OriginalOperation));
                break;
        }
    }

    /// <summary>The object's own members hold a transaction: those of a transaction type, and the first that is a connection or a context.</summary>
    private void Own(Shapes shapes, INamedTypeSymbol type)
    {
        Place? connection = null;
        var isContext = false;
        var holders = new List<Place>();
        for (var t = type; t is not null && t.SpecialType == SpecialType.None; t = t.BaseType)
        {
            foreach (var (member, memberType) in Members(t))
            {
                switch (shapes.Of(memberType))
                {
                    // Behind its first reader a lazy one holds what it has made.
                    case Shape.Other when shapes.Of(shapes.DeferredBy(memberType)) == Shape.Transaction:
                    case Shape.Transaction:
                        holders.Add(new Place.Member(new Place.This(), member));
                        break;
                    case Shape.Connection or Shape.Context when connection is null:
                        connection = new Place.Member(new Place.This(), member);
                        isContext = shapes.Of(memberType) == Shape.Context;
                        break;
                }
            }
        }

        if (connection is null && holders.Count == 0)
        {
            return;
        }

        var region = Make(Probe.Own, isContext ? RegionKind.Facade : RegionKind.Transaction, Level.Pinned, connection, isContext);
        State = State.Begin(region);
        foreach (var holder in holders)
        {
            State = State.Set(holder, new Value.Transaction(region.Id) { On = connection });
        }
    }

    private static IEnumerable<(ISymbol Member, ITypeSymbol Type)> Members(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            switch (member)
            {
                case IFieldSymbol { IsStatic: false, AssociatedSymbol: IPropertySymbol property }:
                    yield return (property, property.Type);
                    break;
                case IFieldSymbol { IsStatic: false, IsImplicitlyDeclared: false } field:
                    yield return (field, field.Type);
                    break;
                case IMethodSymbol { MethodKind: MethodKind.Constructor } constructor when constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is TypeDeclarationSyntax:
                    foreach (var parameter in constructor.Parameters)
                    {
                        yield return (parameter, parameter.Type);
                    }

                    break;
            }
        }
    }
}
