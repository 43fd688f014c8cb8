using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// A step in front of the handlers. Its body is run once per answer that a request type gives to what the step asks of it (its constraints, its type tests);
/// what lives where it calls the next step lives around the handler. A step that asks nothing holds its transaction around everything, and is reported
/// itself (PGTX106), not at each handler.
/// </summary>
internal sealed class Behavior
{
    private readonly CompilationContext context;
    private readonly INamedTypeSymbol contract;
    private readonly IMethodSymbol method;
    private readonly ConcurrentDictionary<string, ImmutableArray<Region>> byAnswers = new();
    private ImmutableArray<ITypeSymbol> questions;

    public Behavior(CompilationContext context, INamedTypeSymbol contract, IMethodSymbol method, string library) =>
        (this.context, this.contract, this.method, Library) = (context, contract, method, library);

    /// <summary>The first part of the namespace of the interface that it implements.</summary>
    public string Library { get; }

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

    private bool IsConstrained => contract.TypeArguments[0] is not ITypeParameterSymbol parameter || parameter.ConstraintTypes.Any(IsMarker);

    /// <summary>A type of the project's own: the library's interfaces are on every request.</summary>
    private static bool IsMarker(ITypeSymbol type) => !type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty;

    private bool Accepts(ITypeSymbol request) => contract.TypeArguments[0] switch
    {
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.All(c => !IsMarker(c) || TypeTests.Is(request, c)),
        var exact => SymbolEqualityComparer.Default.Equals(exact, request),
    };

    private string Answers(ITypeSymbol request, CancellationToken cancellation)
    {
        if (questions.IsDefault)
        {
            questions = Questions(cancellation).ToImmutableArray();
        }

        return (IsConstrained ? "1" : "0") + string.Concat(questions.Select(q => TypeTests.Is(request, q) ? '1' : '0'));
    }

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
