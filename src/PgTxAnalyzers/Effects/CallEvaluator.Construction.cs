using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What it does to a state to make an object of a type in source.</summary>
internal sealed partial class CallEvaluator
{
    private IEnumerable<Outcome> Constructed(BodyRun run, ControlFlowGraph graph, IMethodSymbol constructor, CallSite call, State state)
    {
        var made = Made(run, call, constructor);
        var result = AsContext(made, call);
        state = call.Operation is IInvocationOperation ? state : RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
        return Construct(run, constructor, made, call, state).SelectMany(s => WithBase(run, constructor, made, call, s))
            .SelectMany(s => Enter(run, Callee(run, graph, constructor, made, null), Bound(constructor, call), s, call.Operation))
            .Select(o => new Outcome(o.State, result));
    }

    /// <summary><c>: this(…)</c> and <c>: base(…)</c> go on with the object that is being made.</summary>
    private static Value.Instance Made(BodyRun run, CallSite call, IMethodSymbol constructor) =>
        call.Operation is IInvocationOperation && run.Frame.Self is Value.Instance self
            ? self
            : new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), constructor.ContainingType, Exact: true);

    /// <summary>A constructor without an initialiser runs the base class's own first.</summary>
    private IEnumerable<State> WithBase(BodyRun run, IMethodSymbol constructor, Value made, CallSite call, State state)
    {
        var implied = constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is ConstructorDeclarationSyntax { Initializer: null }
            ? constructor.ContainingType.BaseType?.InstanceConstructors.FirstOrDefault(c => c.Parameters.IsEmpty && !c.DeclaringSyntaxReferences.IsEmpty)
            : null;
        return implied is not null && run.Frame.CountOf(implied) == 0 && context.Relevance.Matters(implied, Within(run), cancellation)
            && context.Bodies.Graph(implied, cancellation) is { } graph
                ? Enter(run, Callee(run, graph, implied, made, null), Enumerable.Empty<(IParameterSymbol, Value)>(), state, call.Operation).Select(o => o.State)
                : new[] { state };
    }

    /// <summary><c>class Orders(NpgsqlConnection conn) : Repository(conn)</c>: what is handed on as it is, or is a literal.</summary>
    private IEnumerable<State> Inherited(BodyRun run, IMethodSymbol constructor, Value.Instance made, Dictionary<string, Value> byName, CallSite call, State state)
    {
        var handing = constructor.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation)).OfType<TypeDeclarationSyntax>()
            .Select(t => t.BaseList?.Types.FirstOrDefault() as PrimaryConstructorBaseTypeSyntax).FirstOrDefault();
        if (handing is null || byName.Values.All(v => v is Value.Unknown)
            || (context.Bodies.Model(handing.SyntaxTree).GetSymbolInfo(handing, cancellation).Symbol as IMethodSymbol)?.OriginalDefinition is not { DeclaringSyntaxReferences.IsEmpty: false } inherited)
        {
            return new[] { state };
        }

        var values = new Value[inherited.Parameters.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var argument = handing.ArgumentList.Arguments.Where((a, at) => a.NameColon is null ? at == i : a.NameColon.Name.Identifier.ValueText == inherited.Parameters[i].Name).FirstOrDefault();
            values[i] = argument?.Expression switch
            {
                IdentifierNameSyntax name when byName.TryGetValue(name.Identifier.ValueText, out var value) => value,
                { RawKind: (int)SyntaxKind.TrueLiteralExpression } => Value.True,
                { RawKind: (int)SyntaxKind.FalseLiteralExpression } => Value.False,
                _ => Value.Nothing,
            };
        }

        var handed = new CallSite(call.Operation, inherited, Value.Nothing, null, ImmutableArray<IArgumentOperation>.Empty, values.ToImmutableArray());
        var states = Construct(run, inherited, made, handed, state);
        return run.Frame.CountOf(inherited) == 0 && IsFollowed(run, handed, inherited) && context.Bodies.Graph(inherited, cancellation) is { } graph
            ? states.SelectMany(s => Enter(run, Callee(run, graph, inherited, made, null), Bound(inherited, handed), s, call.Operation)).Select(o => o.State)
            : states;
    }

    /// <summary>The members that construction fills from the arguments: primary-constructor parameters, and members initialised with them.</summary>
    private IEnumerable<State> Construct(BodyRun run, IMethodSymbol constructor, Value.Instance made, CallSite call, State state)
    {
        state = InitialFlags(constructor.ContainingType, made, state);
        if (constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not TypeDeclarationSyntax)
        {
            return new[] { state };
        }

        var byName = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (parameter, value) in Bound(constructor, call))
        {
            state = state.Set(new Place.Member(made.Identity, parameter), value);
            byName[parameter.Name] = value;
        }

        foreach (var member in constructor.ContainingType.GetMembers())
        {
            if (InitialisedWith(member, cancellation) is { } initialiser && byName.TryGetValue(initialiser, out var value))
            {
                state = state.Set(new Place.Member(made.Identity, member), value);
            }
        }

        return Inherited(run, constructor, made, byName, call, state);
    }

    /// <summary>The name that a member is initialised with, a parameter's of the primary constructor perhaps; null: with anything else.</summary>
    public static string? InitialisedWith(ISymbol member, CancellationToken cancellation) => member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
    {
        VariableDeclaratorSyntax { Initializer.Value: IdentifierNameSyntax name } => name.Identifier.ValueText,
        PropertyDeclarationSyntax { Initializer.Value: IdentifierNameSyntax name } => name.Identifier.ValueText,

        // A record's property is its parameter.
        ParameterSyntax parameter when member is IPropertySymbol => parameter.Identifier.ValueText,
        _ => null,
    };

    /// <summary>A new object's flags are what their initialisers say, else false: a unit of work that has just begun is not "committed".</summary>
    private static State InitialFlags(INamedTypeSymbol type, Value.Instance made, State state) =>
        ObjectFlags.Of(type).Aggregate(state, (s, flag) => s.Set(new Place.Member(made.Identity, flag.Member), flag.Initially));
}
