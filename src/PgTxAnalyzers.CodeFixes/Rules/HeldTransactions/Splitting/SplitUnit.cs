using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>
/// What has to become two: from the opening of the connection, or the begin, to the last use of the region, with every block around the call on
/// the way. The call goes to the list of statements that the unit stands in.
/// </summary>
internal sealed class SplitUnit
{
    private SplitUnit(HeldCall call, RetriedLambda function, ImmutableArray<Rung> rungs, int rung, int commitRung, int commit)
    {
        Call = call;
        Function = function;
        Rungs = rungs;
        Rung = rung;
        CommitRung = commitRung;
        Commit = commit;
    }

    public HeldCall Call { get; }

    public RetriedLambda Function { get; }

    /// <summary>The lists from the call outwards; that of a retried lambda's statement is the last.</summary>
    public ImmutableArray<Rung> Rungs { get; }

    /// <summary>The index of the list that the unit stands in.</summary>
    public int Rung { get; }

    public IReadOnlyList<StatementSyntax> List => Rungs[Rung].List;

    public int CommitRung { get; }

    public int Commit { get; }

    public StatementSyntax CommitStatement => Rungs[CommitRung].List[Commit];

    /// <summary>The blocks between the call's list and the unit's, innermost first: each is closed and opened again.</summary>
    public ImmutableArray<Layer> Layers { get; private set; } = ImmutableArray<Layer>.Empty;

    /// <summary>The declaration that becomes a <c>using</c> statement: the connection is given back, or the scope commits, at its end.</summary>
    public LocalDeclarationStatementSyntax? Owner { get; private set; }

    public bool IsRetried => Function.Statement is not null;

    /// <summary>The handlers that tell of a failure before they throw on, of a <c>try</c> that the call leaves; null where there are none.</summary>
    public OwnHandlers? Handlers { get; private set; }

    /// <summary>The unit with the connection's opening first: the connection is given back before the call.</summary>
    public static IEnumerable<SplitUnit> Of(HeldCall call, CancellationToken cancellationToken)
    {
        var (commitRung, commit) = MoveAfterCommit.FindCommit(call, cancellationToken);
        var function = RetriedLambda.Around(call.Region.Begin, call.Model, cancellationToken);
        if (commitRung < 0 || !IsRepeatable(call, cancellationToken) || (!function.IsPlain && function.Statement is null))
        {
            yield break;
        }

        var rungs = call.Path.Rungs;
        if (function.Statement is { } retried)
        {
            // A handler in the lambda would no longer see the failure of the call, which goes out of it.
            if (rungs[rungs.Length - 1].List[0].Parent != function.Lambda!.Body || rungs.Take(rungs.Length - 1).Any(rung => !rung.CanBeLeft))
            {
                yield break;
            }

            var list = retried.Siblings();
            rungs = rungs.Add(new Rung(list, CallPath.Position(list, retried), CanBeLeft: false));
            if (new SplitUnit(call, function, rungs, rungs.Length - 1, commitRung, commit).Prepare(cancellationToken) is { } whole)
            {
                yield return whole;
            }

            yield break;
        }

        var least = Least(call, cancellationToken);
        if (least < 0)
        {
            yield break;
        }

        foreach (var rung in Releasing(call, least, cancellationToken).Append(least).Distinct())
        {
            var unit = new SplitUnit(call, function, rungs, rung, commitRung, commit);
            foreach (var owner in unit.Owners().Append(null).Distinct())
            {
                if (new SplitUnit(call, function, rungs, rung, commitRung, commit) { Owner = owner }.Prepare(cancellationToken) is { } found)
                {
                    yield return found;
                }
            }
        }
    }

    /// <summary>
    /// The begin is the library's own and can be written down twice. What an own helper begins with may keep a state of its own: nobody
    /// says that it can be called again.
    /// </summary>
    private static bool IsRepeatable(HeldCall call, CancellationToken cancellationToken)
    {
        var begin = call.Region.Begin;
        var symbol = call.Model.GetSymbolInfo(begin, cancellationToken).Symbol;
        var arguments = begin switch
        {
            InvocationExpressionSyntax invocation => invocation.ArgumentList,
            BaseObjectCreationExpressionSyntax creation => creation.ArgumentList,
            _ => null,
        };
        return symbol is not null && DataLibrary.IsInLibrary(symbol)
            && (arguments is null || !arguments.DescendantNodes().Any(node => node is AwaitExpressionSyntax or AssignmentExpressionSyntax { Parent: not InitializerExpressionSyntax } or AnonymousFunctionExpressionSyntax
                || node.IsKind(SyntaxKind.PostIncrementExpression) || node.IsKind(SyntaxKind.PreIncrementExpression)));
    }

    /// <summary>
    /// The list up to which all has to become two: the begin's own, or that of a <c>try</c> whose handlers would roll back what is committed. -1 where such a
    /// <c>try</c> does more than that.
    /// </summary>
    private static int Least(HeldCall call, CancellationToken cancellationToken)
    {
        var rungs = call.Path.Rungs;
        var least = call.Path.BeginRung;
        for (var i = 0; i + 1 < rungs.Length; i++)
        {
            if (rungs[i + 1].Child is TryStatementSyntax attempt && NamesRegion(attempt, call, cancellationToken))
            {
                least = System.Math.Max(least, i + 1);
            }
        }

        var outside = rungs[rungs.Length - 1].Child.Ancestors().TakeWhile(node => !SyntaxSearch.IsFunction(node)).OfType<TryStatementSyntax>();
        return outside.Any(attempt => NamesRegion(attempt, call, cancellationToken)) || !OwnHandlers.CanLeave(call, least, out _, cancellationToken) ? -1 : least;
    }

    private static bool NamesRegion(TryStatementSyntax attempt, HeldCall call, CancellationToken cancellationToken) =>
        attempt.Catches.Select(handler => (SyntaxNode)handler).Concat(attempt.Finally is null ? [] : [attempt.Finally])
            .SelectMany(handler => handler.DescendantNodes()).OfType<IdentifierNameSyntax>()
            .Any(name => call.Region.IsRegionSymbol(call.Model.GetSymbolInfo(name, cancellationToken).Symbol));

    /// <summary>The list in which the connection is opened, where leaving it gives the connection back.</summary>
    private static IEnumerable<int> Releasing(HeldCall call, int least, CancellationToken cancellationToken)
    {
        var opened = call.Region.ConnectionStatement;

        // EF Core gives its connection back at the commit, and the objects that the context tracks are needed behind it.
        if (opened is null || call.Region.Connection is ILocalSymbol { Type: var type } && DataLibrary.IsContextType(type))
        {
            yield break;
        }

        for (var rung = least; rung < call.Path.Rungs.Length; rung++)
        {
            var current = call.Path.Rungs[rung];
            var position = CallPath.Position(current.List, opened);
            if (position >= 0 && position <= current.Index && OwnHandlers.CanLeave(call, rung, out _, cancellationToken))
            {
                yield return rung;
            }
        }
    }

    /// <summary>The declarations of the unit's own list that may become a <c>using</c> statement: the connection's, or the scope's.</summary>
    private IEnumerable<LocalDeclarationStatementSyntax?> Owners()
    {
        var region = Call.Region;
        var isContext = region.Connection is ILocalSymbol { Type: var type } && DataLibrary.IsContextType(type);
        foreach (var candidate in new[] { isContext ? null : region.ConnectionStatement, region.IsScope ? region.BeginStatement : null })
        {
            if (candidate is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } declaration && CallPath.Position(List, declaration) is var position and >= 0 && position < Rungs[Rung].Index)
            {
                yield return declaration;
            }
        }
    }

    /// <summary>Null where a block on the way cannot be opened twice, or a scope would not commit.</summary>
    private SplitUnit? Prepare(CancellationToken cancellationToken)
    {
        var layers = ImmutableArray.CreateBuilder<Layer>();
        for (var i = 0; i < Rung; i++)
        {
            if (Layer.Of(Rungs[i].List, Rungs[i + 1].Child) is not { } layer || !IsOpenedTwice(layer.Around, cancellationToken))
            {
                return null;
            }

            layers.Add(layer);
            if (!Rungs[i].CanBeLeft && !IsRetried)
            {
                Handlers = OwnHandlers.Of(Call, i, cancellationToken);
            }
        }

        Layers = layers.ToImmutable();
        var isScopeLeft = !Call.Region.IsScope || Owner == Call.Region.BeginStatement
            || Layers.Any(layer => layer.Around is UsingStatementSyntax or TryStatementSyntax && (layer.Around == Call.Region.BeginStatement || layer.Around is TryStatementSyntax { Finally: not null }))
            || IsRetried;
        return isScopeLeft ? this : null;
    }

    /// <summary>A <c>using</c> of anything but the region would run what is in its head again.</summary>
    private bool IsOpenedTwice(StatementSyntax around, CancellationToken cancellationToken)
    {
        if (around is not UsingStatementSyntax)
        {
            return around is TryStatementSyntax or BlockSyntax || around == Function.Statement;
        }

        for (var held = around as UsingStatementSyntax; held is not null; held = held.Statement as UsingStatementSyntax)
        {
            var isRegion = held.Declaration is { Variables: { Count: 1 } variables }
                ? Call.Region.IsRegionSymbol(Call.Model.GetDeclaredSymbol(variables[0], cancellationToken)) || SplitHeads.IsOpenedInScope(Call, variables[0], cancellationToken)
                : held.Expression is { } expression && (expression.Contains(Call.Region.Begin) || Call.Region.IsRegionSymbol(Call.Model.GetSymbolInfo(expression, cancellationToken).Symbol));
            if (!isRegion)
            {
                return false;
            }
        }

        return true;
    }
}
