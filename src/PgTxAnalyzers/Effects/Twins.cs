using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Two objects of one class that nobody has made in the code that is followed may be one: a container gives a controller and the service that it calls the same unit of work.
/// </summary>
internal static class Twins
{
    /// <summary>
    /// The state in which a call on one of them begins that may end its transaction: the one that another of them holds may be the same. Else the service's rollback would leave the controller's
    /// transaction open for good.
    /// </summary>
    /// <param name="state">The caller's.</param>
    /// <param name="receiver">The object that is called.</param>
    /// <param name="target">Its member.</param>
    /// <param name="ends">Whether the member leads to the end of a transaction; asked only where it matters.</param>
    public static State Forget(State state, Value receiver, IMethodSymbol target, Func<bool> ends)
    {
        if (receiver is not Value.Instance { Identity: var self } || !state.Live.Any(r => r.Escaped))
        {
            return state;
        }

        var others = state.Values.Where(v => v is { Key: Place.Member held, Value: Value.Transaction } && !held.Owner.Equals(self) && RegionOps.MayBeSame(held.Owner, self) && IsOfClass(target.ContainingType, held.Symbol))
            .Select(v => ((Value.Transaction)v.Value).Region).ToList();
        return others.Count > 0 && ends() ? state.Update(r => r is { Escaped: true, OutOfSight: false } && others.Contains(r.Id), RegionOps.Forgotten) : state;
    }

    /// <summary>
    /// Who opens a connection may be the object that holds the region: that unit of work opens none a second time, though another one that nobody has made here would.
    /// </summary>
    /// <param name="opener">Who opens it.</param>
    /// <param name="region">What is held.</param>
    /// <param name="state">At that moment.</param>
    /// <param name="isTransaction">The type is that of a transaction.</param>
    public static bool MayBeOwner(Frame opener, Region region, State state, Func<ITypeSymbol, bool> isTransaction)
    {
        for (var frame = region.Escaped ? opener : null; frame is not null; frame = frame.Caller)
        {
            if (frame is { Self: Value.Instance { Identity: var self }, Method.ContainingType: { } type } && (self.Root is not Place.Made || CallEvaluator.ResolvedAt(self) is not null)
                && (IsBegunBy(type, region, frame) || IsHeldByAnother(type, self, region, state) || (self is Place.Variable { Symbol: ITypeSymbol } && CanHold(type, isTransaction))))
            {
                // Its own one is in its fields.
                return !state.Values.Any(v => v is { Key: Place.Member { Owner: var owner }, Value: Value.Transaction held } && owner.Equals(self) && held.Region.Equals(region.Id));
            }
        }

        return false;
    }

    /// <summary>
    /// A repository runs its commands on the connection of its own unit of work, which is the one that a service has begun: what another object of the class, that nobody has made here either, holds in that
    /// member of a transaction that lives. Null: no other one does.
    /// </summary>
    public static Value? Held(Place.Member place, State state)
    {
        foreach (var entry in place.Owner is Place.Member ? state.Values : ImmutableDictionary<Place, Value>.Empty)
        {
            if (entry.Key is Place.Member { Owner: Place.Member owner, Symbol: var symbol } && SymbolEqualityComparer.Default.Equals(symbol, place.Symbol) && !owner.Equals(place.Owner) && RegionOps.MayBeSame(owner, place.Owner)
                && entry.Value switch { Value.Connection c => state.Live.Any(r => c.Identity.Equals(r.Connection)), Value.Transaction t => state.Region(t.Region) is { IsLive: true }, _ => false })
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>By an object of the class, not by this very body: what that has begun is no other one's.</summary>
    private static bool IsBegunBy(INamedTypeSymbol type, Region region, Frame body) =>
        type.DeclaringSyntaxReferences.Any(r => IsIn(r.SyntaxTree, r.Span, region)) && !(body.Graph.OriginalOperation.Syntax is var own && IsIn(own.SyntaxTree, own.Span, region));

    private static bool IsIn(SyntaxTree tree, TextSpan span, Region region) => tree == region.Id.Origin.SyntaxTree && span.Contains(region.Id.Origin.Span);

    /// <summary>An object of which nothing is known, as one that a static property looks up, may be the one that somebody has told of the transaction.</summary>
    private static bool CanHold(INamedTypeSymbol type, Func<ITypeSymbol, bool> isTransaction) =>
        Targets.BasesOf(type).SelectMany(t => t.GetMembers()).Any(m => m is IFieldSymbol { IsStatic: false, Type: var its } && isTransaction(its));

    /// <summary>Another object of the class has been given the transaction, as a session that lends its connection meanwhile.</summary>
    private static bool IsHeldByAnother(INamedTypeSymbol type, Place self, Region region, State state) => state.Values.Any(v =>
        v is { Key: Place.Member { Owner: var owner, Symbol: var member }, Value: Value.Transaction held } && held.Region.Equals(region.Id) && !owner.Equals(self) && RegionOps.MayBeSame(owner, self) && IsOfClass(type, member));

    private static bool IsOfClass(INamedTypeSymbol? type, ISymbol member)
    {
        while (type is not null && !SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, member.ContainingType.OriginalDefinition))
        {
            type = type.BaseType;
        }

        return type is not null;
    }
}
