using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// A step in front of the handlers. Its body is run once per answer that a request type gives to what the step asks of it (its constraints, its type tests);
/// what lives where it calls the next step lives around the handler. A step that asks nothing holds its transaction around everything, and is reported
/// itself (PGTX106), not at each handler.
/// </summary>
internal sealed class Behavior : IBehavior
{
    private readonly CompilationContext context;
    private readonly INamedTypeSymbol contract;
    private readonly IMethodSymbol method;
    private readonly ConcurrentDictionary<string, ImmutableArray<Region>> byAnswers = new();
    private ImmutableArray<ITypeSymbol> questions;

    public Behavior(CompilationContext context, INamedTypeSymbol contract, IMethodSymbol method, string library) =>
        (this.context, this.contract, this.method, Library) = (context, contract, method, library);

    public string Library { get; }

    /// <summary>What a project that is compiled later has to know of it: the transactions around a request of each type that it asks about.</summary>
    public IEnumerable<CarriedBehavior> Carried(CancellationToken cancellation)
    {
        var questions = Asked(cancellation);
        if (!Markers.Concat(questions).All(CarriedBehavior.CanName))
        {
            yield break;
        }

        var seen = new HashSet<string>();
        foreach (var request in Markers.Concat(questions))
        {
            var answers = Answers(request, cancellation);
            if (answers.IndexOf('1') < 0 || !seen.Add(answers))
            {
                continue;
            }

            foreach (var region in Find(request, cancellation))
            {
                yield return CarriedBehavior.Of(Library, IsExact, Markers, questions, answers.Substring(1), region);
            }
        }
    }

    public bool CanHaveRegion(CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is { } body && context.Index(cancellation).CanHaveRegion(body);

    public ImmutableArray<Region> RegionsAround(ITypeSymbol request, CancellationToken cancellation)
    {
        if (!Accepts(request))
        {
            return ImmutableArray<Region>.Empty;
        }

        var answers = Answers(request, cancellation);
        if (answers.IndexOf('1') < 0)
        {
            return ImmutableArray<Region>.Empty;
        }

        return byAnswers.TryGetValue(answers, out var known) ? known : byAnswers.GetOrAdd(answers, Find(request, cancellation));
    }

    /// <summary>The regions around this request, unless they are around any other as well.</summary>
    private ImmutableArray<Region> Find(ITypeSymbol request, CancellationToken cancellation)
    {
        var found = Run(request, cancellation);
        return found.IsEmpty || (!IsConstrained && !Run(context.Compilation.ObjectType, cancellation).IsEmpty) ? ImmutableArray<Region>.Empty : found;
    }

    private bool IsConstrained => IsExact || Markers.Any();

    /// <summary>It stands in front of the handlers of one request type.</summary>
    private bool IsExact => contract.TypeArguments[0] is not ITypeParameterSymbol;

    /// <summary>What a request must be for the step to be in front of its handlers.</summary>
    private IEnumerable<ITypeSymbol> Markers =>
        contract.TypeArguments[0] is ITypeParameterSymbol parameter ? parameter.ConstraintTypes.Where(IsMarker) : contract.TypeArguments.Take(1);

    /// <summary>A type of the application's own: the library's interfaces are on every request.</summary>
    private bool IsMarker(ITypeSymbol type) =>
        !type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || (type is INamedTypeSymbol named && SymbolNames.RootOf(named) is var root && root != Library && root != "System");

    private bool Accepts(ITypeSymbol request) =>
        IsExact ? SymbolEqualityComparer.Default.Equals(contract.TypeArguments[0], request) : Markers.All(m => TypeTests.Is(request, m));

    /// <summary>Whether the step is in front of some handlers only, then what a request of the type says to each question.</summary>
    private string Answers(ITypeSymbol request, CancellationToken cancellation) =>
        (IsConstrained ? "1" : "0") + string.Concat(Asked(cancellation).Select(q => TypeTests.Is(request, q) ? '1' : '0'));

    private ImmutableArray<ITypeSymbol> Asked(CancellationToken cancellation) => questions.IsDefault ? questions = Questions(cancellation).ToImmutableArray() : questions;

    /// <summary>The types that the body asks about.</summary>
    private IEnumerable<ITypeSymbol> Questions(CancellationToken cancellation)
    {
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation);
            var model = context.Bodies.Model(body.SyntaxTree);
            foreach (var node in body.DescendantNodes())
            {
                SyntaxNode? type = node switch
                {
                    BinaryExpressionSyntax binary when binary.IsKind(SyntaxKind.IsExpression) => binary.Right,
                    DeclarationPatternSyntax pattern => pattern.Type,
                    TypePatternSyntax pattern => pattern.Type,
                    RecursivePatternSyntax pattern => pattern.Type,
                    ConstantPatternSyntax pattern => pattern.Expression,
                    CaseSwitchLabelSyntax label => label.Value,
                    _ => null,
                };
                if (type is not null && model.GetSymbolInfo(type, cancellation).Symbol is ITypeSymbol asked)
                {
                    yield return asked;
                }
            }
        }
    }

    private ImmutableArray<Region> Run(ITypeSymbol request, CancellationToken cancellation)
    {
        var parameter = method.Parameters.FirstOrDefault(p => p.Type.TypeKind == TypeKind.TypeParameter || SymbolEqualityComparer.Default.Equals(p.Type, contract.TypeArguments[0]));
        if (parameter is null || context.Bodies.Graph(method, cancellation) is not { } graph)
        {
            return ImmutableArray<Region>.Empty;
        }

        var place = new Place.Variable(parameter);
        var held = RootAnalysis.Held(context, graph, method, State.Empty.Set(place, new Value.Instance(place, request, Exact: true)), cancellation);
        return held.Where(h => h.Place is not null && h.Reach.IsPipeline)
            .SelectMany(h => h.Regions.Where(r => r.IsLive && r is { Intended: false, OutOfSight: false }).Select(r => Inside(r, h.Place!)))
            .GroupBy(r => r.Begin).Select(g => g.OrderByDescending(r => r.Level).First()).ToImmutableArray();
    }

    /// <summary>As the handler has it: it is somebody else's, on a connection that is not known here.</summary>
    private Region Inside(Region region, SyntaxNode next) =>
        new(new RegionId(region.Begin), region.Kind == RegionKind.Scope ? RegionKind.Scope : RegionKind.Parameter, region.Level, 0)
        {
            Around = new Step(Names.Of(method), next),
            IsContext = region.IsContext,
            ConnectionType = region.ConnectionType,
            Escaped = true,
            OpenedBy = region.OpenedBy,
            LockedBy = region.LockedBy,
        };
}
