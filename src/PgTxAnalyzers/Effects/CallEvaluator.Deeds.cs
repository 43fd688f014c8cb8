using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>What calls do that is wrong while a transaction lives, beside reaching a sink. A deed is kept for the rules, and changes no state.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>How a broker's or a scheduler's member that hands something out is called. What consumes, declares or deletes is none.</summary>
    private static readonly string[] Publishing = { "Publish", "Send", "BasicPublish", "Produce", "Schedule", "Broadcast", "Defer", "Reply", "Respond", "Forward", "Submit" };

    private static readonly string[] Scheduling = { "Enqueue", "Schedule", "Continue", "Create", "Trigger", "AddJob", "AddOrUpdate", "Requeue", "Reschedule" };

    /// <summary>A begin on a connection whose transaction lives. False: there is none, or none that is surely on this connection.</summary>
    private static bool SecondBegin(BodyRun run, CallSite call, Value subject, bool isText, State state)
    {
        // Two objects that the engine cannot tell apart may be two all the same: `shards[0].Begin(); shards[1].Begin();`.
        var outer = state.Regions.Where(r => RegionOps.IsOn(r, subject) && !r.IsProbe).ToList();
        if (outer.Count == 0 || subject is not Value.Connection { Identity: var place } || !Identities.IsSure(place))
        {
            return false;
        }

        var deed = Done(call, Deed.SecondBegin) with { IsText = isText };
        Note(run, isText ? deed with { Chain = ImmutableArray.Create(new Step("BEGIN", call.Operation.Syntax)) } : deed, outer);
        return true;
    }

    /// <summary>Something runs on a connection, or opens it: a context takes one for each command, a new connection when it is opened.</summary>
    private void Takes(BodyRun run, CallSite call, Value subject, State state)
    {
        if (state.HasRegion && subject is Value.Connection c && (c.IsContext || state.Find(RegionOps.Unopened(c)) is not null))
        {
            SecondConnection(run, call, c, state);
        }
    }

    /// <summary>A connection out of a delegate is opened without a question for its state: had a transaction begun on it, it would be open, and Open would fail.</summary>
    private State OpenedFromFactory(BodyRun run, CallSite call, Value subject, State state)
    {
        if (subject is not Value.FromFactory)
        {
            return state;
        }

        SecondConnection(run, call, new Value.Connection(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), call.ReceiverType, IsContext: false) { IsNew = true }, state);

        // Opened once; what a later Open of it means, depends on who has closed it.
        return state.Forget(subject);
    }

    /// <summary>A connection is taken from the pool: a second one, where a transaction holds another.</summary>
    private void SecondConnection(BodyRun run, CallSite call, Value.Connection taken, State state)
    {
        if (!state.HasRegion || (taken.IsContext && context.SharedConnections.MayBeOf(taken.Type, cancellation)))
        {
            return;
        }

        // A scope with Suppress says that what is inside goes its own way.
        var innermost = state.Regions.LastOrDefault(r => r.Kind is RegionKind.Scope or RegionKind.Suppress);
        var from = innermost?.Kind == RegionKind.Suppress ? state.Regions.IndexOf(innermost) + 1 : 0;
        Note(run, Done(call, Deed.SecondConnection), state.Regions.Skip(from).Where(r => r is { IsLive: true, Intended: false } && HoldsAnother(run.Frame, r, taken, state)));
    }

    private bool HoldsAnother(Frame frame, Region region, Value.Connection taken, State state)
    {
        if (state.Find(RegionOps.Shared(taken.Identity)) is { } shared && (shared is not Value.Transaction t || t.Region.Equals(region.Id)))
        {
            return false;
        }

        if (region.Kind == RegionKind.Scope)
        {
            // One after the other is fine: the second opening gets the connection that the first one has left with the scope.
            return state.Values.Any(v => v.Key is Place.Slot { Kind: SlotKind.OpenIn } open && v.Value is Value.Transaction scope && scope.Region.Equals(region.Id)
                && !open.Owner.Equals(taken.Identity) && (!taken.IsContext || open.Owner is Place.Made));
        }

        if (RegionOps.IsOn(region, taken) || Twins.MayBeOwner(frame, region, state, IsTransaction))
        {
            return false;
        }

        // What is opened only now cannot be the connection on which a transaction has begun already. Of a context nobody sees when it opens its own.
        return !taken.IsContext || (taken.IsNew
            ? (region.Connection is not null && !IsKept(region.Connection, taken.Identity)) || region.Kind == RegionKind.Parameter
            : region.Connection is not null && (region.IsContext ? AreUnrelated(region.ConnectionType, taken.Type) || (region.IsOnNew && IsOlder(frame, taken.Identity)) : region.IsOnNew));
    }

    /// <summary>
    /// Both come from one place in a method that gives out what it has kept somewhere (a request's items, a dictionary), or makes it: the second call gets what the first has made.
    /// </summary>
    private bool IsKept(Place held, Place taken) => SiteOf(held) is { } site && site == SiteOf(taken)
        && context.Bodies.Model(site.SyntaxTree).GetEnclosingSymbol(site.SpanStart, cancellation) is IMethodSymbol { ReturnsVoid: false, MethodKind: not MethodKind.AnonymousFunction } method
        && context.Shapes.Of(Unwrapped(method.ReturnType)) is Shape.Context or Shape.Connection
        && method.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).DescendantNodes(n => n is not AnonymousFunctionExpressionSyntax)).Count(n => n is ReturnStatementSyntax) > 1;

    private static SyntaxNode? SiteOf(Place place) => place is Place.Made made ? (made.Inner is { } inner ? SiteOf(inner) : null) ?? made.Site : null;

    /// <summary>
    /// What the object has held since it was constructed, directly or in objects that it has held since then, was there before anything that its method makes.
    /// (What is being constructed, and a member that can be assigned later, may hold what was made just now.)
    /// </summary>
    private bool IsOlder(Frame frame, Place place)
    {
        var owner = place;
        while (owner is Place.Member { Symbol: var symbol } member && IsSetOnce(symbol))
        {
            owner = member.Owner;
        }

        return owner is Place.This && !owner.Equals(place) && frame.Root.Method is { MethodKind: not (MethodKind.Constructor or MethodKind.LocalFunction or MethodKind.AnonymousFunction) };
    }

    private bool IsSetOnce(ISymbol member) => member switch
    {
        IFieldSymbol field => field.IsReadOnly,
        IPropertySymbol property => property.SetMethod is null && context.IsAuto(property),
        IParameterSymbol { ContainingType: { } type } parameter => !type.DeclaringSyntaxReferences.Any(r => IsAssigned(r.GetSyntax(cancellation), parameter.Name)),
        _ => false,
    };

    private static bool IsAssigned(SyntaxNode type, string parameter) => type.DescendantNodes().Any(n =>
        n is AssignmentExpressionSyntax { Left: var left } && left.DescendantNodesAndSelf().Any(l => l is IdentifierNameSyntax { Identifier.ValueText: var name } && name == parameter)
        || n is ArgumentSyntax { RefKindKeyword.RawKind: not 0, Expression: IdentifierNameSyntax { Identifier.ValueText: var given } } && given == parameter);

    /// <summary>Two classes of contexts of which none is the other: two objects. Equal ones may be one object from one container.</summary>
    private static bool AreUnrelated(ITypeSymbol? a, ITypeSymbol? b) => IsOwnContext(a) && IsOwnContext(b) && !Targets.BasesOf((INamedTypeSymbol)a!).Contains(b, SymbolEqualityComparer.Default) && !Targets.BasesOf((INamedTypeSymbol)b!).Contains(a, SymbolEqualityComparer.Default);

    /// <summary>A class that derives from <c>DbContext</c>, which itself could be any of them.</summary>
    private static bool IsOwnContext(ITypeSymbol? type) => type is INamedTypeSymbol { TypeKind: TypeKind.Class, Name: not "DbContext" } own && Targets.BasesOf(own).Any(t => t.Name == "DbContext");

    private IReadOnlyList<Outcome> NewContext(BodyRun run, CallSite call, State state)
    {
        run.Throw(state, ThrownKind.Any);
        state = RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
        return BodyRun.Single(state, new Value.Connection(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), Unwrapped(call.Method.ReturnType), IsContext: true) { IsNew = true });
    }

    /// <summary>A context that is constructed has a connection of its own, unless somebody may have handed it one.</summary>
    private Value AsContext(Value.Instance made, CallSite call)
    {
        if (context.Shapes.Of(made.Type) != Shape.Context)
        {
            return made;
        }

        var isNew = call.Arguments.All(a => a.Value.Type is { SpecialType: SpecialType.System_String } || IsInjected(a.Value));
        return new Value.Connection(made.Identity, made.Type, IsContext: true) { IsNew = isNew };
    }

    /// <summary>Options that come out of a container: those that a connection was put into are made where the connection is.</summary>
    private static bool IsInjected(IOperation options)
    {
        while (options is IConversionOperation { IsImplicit: true } conversion)
        {
            options = conversion.Operand;
        }

        return options.Type is { Name: "DbContextOptions" } && options is IMemberReferenceOperation { Instance: IInstanceReferenceOperation }
            or IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } };
    }

    /// <summary>A message or a job is handed out: whoever gets it may act before the commit, or after a rollback.</summary>
    private static void Publish(BodyRun run, IOperation operation, ISymbol member, ApiFact fact, State state)
    {
        var names = fact.Kind switch { SinkKind.Broker => Publishing, SinkKind.Scheduler => Scheduling, _ => Array.Empty<string>() };
        if (!names.Any(p => member.Name.StartsWith(p, StringComparison.Ordinal)))
        {
            return;
        }

        // CAP stores in the transaction that was begun with its publisher; how a caller's was begun is not known.
        var isCap = member.ContainingNamespace?.ToDisplayString() == "DotNetCore.CAP";

        // A scheduler that stores in PostgreSQL opens its connection in the ambient transaction, and commits with it.
        var regions = state.Live.Where(r => r is { Intended: false, Level: > Level.None } && !(fact.Kind == SinkKind.Scheduler && r.Kind == RegionKind.Scope)).ToList();
        if (!(isCap && regions.Any(r => r.IsOutbox || r.Kind is RegionKind.Parameter or RegionKind.Scope)))
        {
            Note(run, new Reach(fact.Kind, false, ImmutableArray.Create(new Step(Names.Of(member), operation.Syntax))) { Deed = Deed.Publish }, regions);
        }
    }

    private static Reach Done(CallSite call, Deed deed) => new(SinkKind.None, false, ImmutableArray.Create(new Step(Names.Of(call.Method), call.Operation.Syntax))) { Deed = deed };

    private static void Note(BodyRun run, Reach deed, IEnumerable<Region> regions, SyntaxNode? at = null)
    {
        // A transaction that unknown code may have ended is not surely there.
        var alive = regions.Where(r => r is { IsLive: true, OutOfSight: false, IsProbe: false }).ToImmutableArray();
        if (!alive.IsEmpty)
        {
            run.Hold(deed, at ?? deed.Sink.At, alive);
        }
    }
}
