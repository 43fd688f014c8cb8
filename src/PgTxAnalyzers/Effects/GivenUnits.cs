using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Units of work that have a transaction from their constructor on: a container makes one for each request, and whoever is given it, or is it, is in its transaction from the first line on, though
/// nothing in sight begins. Somebody may have committed before; so it counts only in a body that commits it itself, for what is committed was open until then (<see cref="RootAnalysis"/>).
/// </summary>
internal sealed class GivenUnits
{
    private readonly CompilationContext context;
    private readonly UnitClasses units;
    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<Given>> given = new(SymbolEqualityComparer.Default);

    public GivenUnits(CompilationContext context) => (this.context, units) = (context, new UnitClasses(context));

    /// <summary>The bodies of a file that may commit a unit of work that their object was given, or is.</summary>
    public IEnumerable<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        if (!units.Any(cancellation))
        {
            yield break;
        }

        var bodies = TreeBodies.Of(tree, cancellation).Bodies;
        var commits = units.Commits(cancellation);
        var own = new WordSet(bodies.Where(b => b.Name != 0 && b.Mentions(commits)).Select(b => b.Name));
        foreach (var body in bodies)
        {
            if (body.Declaration is MethodDeclarationSyntax && (body.Mentions(commits) || body.Mentions(own) || commits.Contains(body.Name))
                && BodyCatalog.MethodOf(body.Declaration, context.Bodies.Model(tree), cancellation) is { } method && !GivenTo(method, cancellation).IsEmpty)
            {
                yield return body.Declaration;
            }
        }
    }

    /// <summary>The state in which a method begins, with the transactions of the units that its object was given.</summary>
    public State Around(IMethodSymbol method, State state, CancellationToken cancellation)
    {
        foreach (var (member, unit) in GivenTo(method, cancellation))
        {
            // Of an object of another project, of whose type nothing is in source, the engine knows one: that of the class.
            Place owner = member is null ? new Place.This() : unit.Region is null && TypeOf(member, cancellation)!.DeclaringSyntaxReferences.IsEmpty ? new Place.Variable(unit.Type) : new Place.Member(new Place.This(), member);
            var region = unit.On(owner, (member ?? unit.Type).DeclaringSyntaxReferences[0].GetSyntax(cancellation));
            state = state.Begin(region);
            state = unit.HeldBy(owner) is { } place ? state.Set(place, new Value.Transaction(region.Id) { On = region.Connection }) : state;
        }

        return state;
    }

    /// <summary>The transaction of an object's own that the called member commits: what that holds up meanwhile is told there, and not by each caller.</summary>
    public Value.Transaction? Own(Frame callee, State state, CancellationToken cancellation) =>
        state.Live.Any(r => r.Given is not null) && callee is { Self: Value.Instance self, Method: { ContainingType: { } type } method } && units.Commits(cancellation).Contains(TreeWords.Hash(method.Name))
        && units.Of(type, cancellation)?.HeldBy(self.Identity) is { } place && state.Find(place) is Value.Transaction own && state.Region(own.Region)?.Given is not null
            ? own
            : null;

    private ImmutableArray<Given> GivenTo(IMethodSymbol method, CancellationToken cancellation)
    {
        if (method is not { IsStatic: false, MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation, ContainingType: { TypeKind: TypeKind.Class } type } || !units.Any(cancellation))
        {
            return ImmutableArray<Given>.Empty;
        }

        return given.TryGetValue(type, out var found) ? found : given.GetOrAdd(type, Find(type, cancellation));
    }

    /// <summary>Of two members of one unit's type nobody can say which is which.</summary>
    private ImmutableArray<Given> Find(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var members = MembersOf(type, cancellation).Select(m => UnitOf(m.Type, cancellation) is { } unit ? new Given(m.Member, unit) : null);
        return members.Append(units.Of(type, cancellation) is { } own ? new Given(null, own) : null).OfType<Given>()
            .GroupBy(g => g.Unit).Where(g => g.Count() == 1).Select(g => g.Single()).ToImmutableArray();
    }

    /// <summary>What an object of the class holds from its constructor on.</summary>
    public static IEnumerable<(ISymbol Member, INamedTypeSymbol Type)> MembersOf(INamedTypeSymbol type, CancellationToken cancellation) =>
        from member in Targets.BasesOf(type).SelectMany(t => t.GetMembers().Concat(Captured(t, cancellation)))
        let its = TypeOf(member, cancellation)
        where its is not null
        select (member, its);

    /// <summary>The parameters of a primary constructor that a body reads; one that is only handed on, or kept in a member, is no member itself.</summary>
    public static IEnumerable<ISymbol> Captured(INamedTypeSymbol type, CancellationToken cancellation) =>
        from constructor in type.InstanceConstructors
        from declaration in constructor.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation)).OfType<TypeDeclarationSyntax>()
        let read = declaration.Members.Where(m => m is BaseMethodDeclarationSyntax or PropertyDeclarationSyntax { Initializer: null }).SelectMany(m => m.DescendantNodes().OfType<IdentifierNameSyntax>()).Select(n => n.Identifier.ValueText).ToImmutableHashSet()
        from parameter in constructor.Parameters
        where read.Contains(parameter.Name)
        select parameter;

    /// <summary>What a member holds from the constructor on: what is assigned later may have been made there, and is followed there.</summary>
    private static INamedTypeSymbol? TypeOf(ISymbol member, CancellationToken cancellation) => member switch
    {
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol { IsStatic: false, AssociatedSymbol: null } field when FieldDelegates.IsSetByConstructor(field, cancellation) => field.Type,
        IPropertySymbol { IsStatic: false, IsIndexer: false, SetMethod: null or { IsInitOnly: true } } property => property.Type,
        _ => null,
    } as INamedTypeSymbol;

    /// <summary>The unit that an object of the type is, where there is one class that it can be.</summary>
    private UnitClass? UnitOf(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var definition = type.OriginalDefinition;
        if (definition.TypeKind is not (TypeKind.Class or TypeKind.Interface) || Targets.IsOfFramework(definition))
        {
            return null;
        }

        var classes = context.Targets.Derived(cancellation).TryGetValue(definition, out var derived) ? derived.Where(t => Targets.CanBe(t, type)).ToList() : new List<INamedTypeSymbol>();
        if (definition is { TypeKind: TypeKind.Class, IsAbstract: false, DeclaringSyntaxReferences.IsEmpty: false })
        {
            classes.Add(definition);
        }

        classes.AddRange(context.Foreign.Classes(type));
        return classes.Count == 1 ? units.Of(classes[0], cancellation) : null;
    }

    /// <param name="Member">Which member holds it; null: the object itself is the unit.</param>
    private sealed record Given(ISymbol? Member, UnitClass Unit);
}
