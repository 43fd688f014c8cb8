using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Methods of the project's own that call nothing that matters, and say which object it is that comes out of them.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>It makes the object that it returns, and that can have a connection: `new OrderRows(connection)` calls nothing, and says on which one the rows work.</summary>
    private bool Makes(IMethodSymbol target) =>
        target.MethodKind != MethodKind.Constructor && context.Traits.Creates(target, cancellation) && CanBeMade(target);

    private bool CanBeMade(IMethodSymbol method) =>
        Unwrapped(method.ReturnType) is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Interface, OriginalDefinition.DeclaringSyntaxReferences.IsEmpty: false } made
        && context.Shapes.Of(made) == Shape.Other && context.Shapes.CanCarry(made);

    /// <summary>
    /// A factory, also where no region is yet: the object that it returns may begin one later, through what it was given here, and by the body of its own class alone.
    /// (One that has to be waited for does more, and is asked for what it begins or opens.)
    /// </summary>
    private bool IsFactory(CallSite call) =>
        call.Method is { MethodKind: MethodKind.Ordinary } method && !Names.IsAwaitable(method.ReturnType) && CanBeMade(method) && TargetsOf(call).Any(t => context.Traits.ReturnsNew(t, cancellation));

    /// <summary>
    /// It hands out a connection: that of its parameter, that of its object, or a new one. Not followed, each call would seem to hand out another one, and the command
    /// on it not to run in the transaction.
    /// </summary>
    private bool HandsOutConnection(IMethodSymbol target) =>
        target.MethodKind is MethodKind.Ordinary or MethodKind.PropertyGet && context.Shapes.Of(Unwrapped(target.ReturnType)) is Shape.Connection or Shape.Context or Shape.Transaction;
}
