using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>What stands in a retry scope of one file: the text that runs again, and what of it differs the second time.</summary>
internal sealed class RepeatedUnit
{
    /// <summary>Methods from the unit down in which database work is looked for.</summary>
    private const int MaxDepth = 4;

    private readonly RetryContext context;
    private readonly CancellationToken cancellation;

    /// <param name="scope">The scope.</param>
    /// <param name="extent">All that runs again: of a loop the whole loop, else the delegate.</param>
    /// <param name="context">The compilation's.</param>
    /// <param name="cancellation">Ends the search.</param>
    public RepeatedUnit(RetryScope scope, SyntaxNode extent, RetryContext context, CancellationToken cancellation)
    {
        (Scope, Extent, this.context, this.cancellation) = (scope, extent, context, cancellation);
        Calls = scope.Unit.DescendantNodes().OfType<InvocationExpressionSyntax>().ToList();
    }

    public RetryScope Scope { get; }

    public SyntaxNode Extent { get; }

    public SyntaxNode Text => Scope.Unit;

    public IReadOnlyList<InvocationExpressionSyntax> Calls { get; }

    private SemanticModel Model => context.Model(Text);

    /// <summary>The unit works with the database: what it repeats of other systems alone is the caller's business with them.</summary>
    public bool HasDatabaseWork => Calls.Any(call => WorksIn(call, 0));

    /// <summary>Declared outside of what runs again.</summary>
    public bool IsOutside(ISymbol symbol) => symbol switch
    {
        IFieldSymbol or IPropertySymbol => true,
        ILocalSymbol or IParameterSymbol => symbol.DeclaringSyntaxReferences.All(r => r.SyntaxTree != Extent.SyntaxTree || !Extent.Span.Contains(r.Span)),
        _ => false,
    };

    /// <summary>Saves of a context from outside whose tracker still holds what the first attempt did.</summary>
    public IEnumerable<InvocationExpressionSyntax> SavesOfTracked()
    {
        foreach (var save in Calls.Where(c => CalledName.Of(c) is "SaveChanges" or "SaveChangesAsync"))
        {
            if (context.FactOf(save, out _, cancellation).Role != ApiRole.Save || RetryContext.ReceiverOf(save) is not { } owner
                || DelegateState.Behind(owner, context, cancellation) is not { } db || !IsOutside(db) || !Changes(db) || IsCleared(db))
            {
                continue;
            }

            yield return save;
        }
    }

    /// <summary>
    /// Saves of what the caller has tracked, in a transaction that the unit begins and commits itself: the first attempt's save accepts the changes, and when its commit fails the next one finds nothing to save.
    /// </summary>
    public IEnumerable<(InvocationExpressionSyntax Save, ExpressionSyntax Owner)> SavesOfCallers()
    {
        // What else the unit runs may track anew in each attempt.
        if (Scope.Kind != RetryKind.Strategy || !Calls.All(IsLibrarys))
        {
            yield break;
        }

        foreach (var save in Calls.Where(c => CalledName.Of(c) is "SaveChanges" or "SaveChangesAsync"))
        {
            // `SaveChangesAsync(false)` accepts nothing; a strategy that is known to run its unit once loses nothing.
            if (context.FactOf(save, out _, cancellation).Role == ApiRole.Save && RetryContext.ReceiverOf(save) is { } owner && !save.ArgumentList.Arguments.Any(a => a.Expression.IsKind(SyntaxKind.FalseLiteralExpression))
                && DelegateState.Behind(owner, context, cancellation) is { } db && IsOutside(db) && !IsCleared(db) && !Changes(db) && context.Settings.Retries(EfWork.ContextOf(save, Model, cancellation)) != false
                && Calls.Any(c => c.SpanStart < save.SpanStart && context.FactOf(c, out _, cancellation).Role == ApiRole.Begin && IsOf(c, db)) && Calls.Any(c => c.SpanStart > save.SpanStart && context.FactOf(c, out _, cancellation).Role == ApiRole.Commit))
            {
                yield return (save, owner);
            }
        }
    }

    /// <summary>A call of EF Core's or of .NET's: it runs no code of anybody's that could track an entity.</summary>
    private bool IsLibrarys(InvocationExpressionSyntax call) => context.FactOf(call, out var method, cancellation).Role != ApiRole.None
        || (method is { MethodKind: not MethodKind.DelegateInvoke, DeclaringSyntaxReferences.IsEmpty: true } && (KnownTypes.IsEfCore(method) || SymbolNames.RootOf(method.ContainingType) is "System" or "Microsoft"));

    /// <summary>
    /// Calls of methods that load, change and save on a context from outside, in a transaction of the unit's: one that the method is handed, or the same member of the same object. Not where any method that
    /// the unit calls clears a tracker: whose it is may be hard to say.
    /// </summary>
    public IEnumerable<(InvocationExpressionSyntax Call, string Owner, InvocationExpressionSyntax Save)> SavesOfTrackedBelow()
    {
        if (!(Scope.At is InvocationExpressionSyntax runner && context.FactOf(runner, out _, cancellation).Role == ApiRole.TransactionRunner) && !Calls.Any(c => context.FactOf(c, out _, cancellation).Role == ApiRole.Begin))
        {
            yield break;
        }

        var helpers = new HelperBodies(this, context, cancellation);
        foreach (var call in Calls)
        {
            if (helpers.SaveOf(call) is var (owner, save) && !helpers.Clear(Calls))
            {
                yield return (call, owner, save);
            }
        }
    }

    /// <summary><c>db.ChangeTracker.Clear()</c> stands in the unit or a method that it calls, or on every way from its failure to the next attempt: that begins with an empty tracker, and PGTX207 would be false.</summary>
    public bool IsCleared(ISymbol db) => Calls.Any(c => IsClear(c, db, context, cancellation)) || new HelperBodies(this, context, cancellation).Clear(Calls) || new ClearedBetween(this, db, context, cancellation).Holds;

    /// <summary><c>db.ChangeTracker.Clear()</c>.</summary>
    public static bool IsClear(InvocationExpressionSyntax call, ISymbol db, RetryContext context, CancellationToken cancellation) =>
        CalledName.Of(call) == "Clear" && RetryContext.ReceiverOf(call) is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ChangeTracker", Expression: var owner }
        && SymbolEqualityComparer.Default.Equals(DelegateState.Behind(owner, context, cancellation), db);

    /// <summary>The unit itself adds, removes or changes entities of the context.</summary>
    private bool Changes(ISymbol db) => Adds(db) || ChangesLoaded(db);

    private bool Adds(ISymbol db) => Calls.Any(c => CalledName.Of(c) is "Add" or "AddAsync" or "AddRange" or "AddRangeAsync" or "Update" or "UpdateRange" or "Remove" or "RemoveRange" or "Attach" or "AttachRange"
            && Model.GetSymbolInfo(c, cancellation).Symbol is { } method && KnownTypes.IsEfCore(method) && IsOf(c, db));

    /// <summary>What the unit itself has loaded with the context it changes: the next attempt is given the changed entity instead of the row.</summary>
    public bool ChangesLoaded(ISymbol db)
    {
        var loaded = Loaded(db);
        return loaded.Count > 0 && Text.DescendantNodes().Any(node => node switch
        {
            AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax entity } } => loaded.Contains(entity.Identifier.ValueText),
            PostfixUnaryExpressionSyntax { Operand: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax entity } } => loaded.Contains(entity.Identifier.ValueText),
            PrefixUnaryExpressionSyntax { Operand: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax entity } } => loaded.Contains(entity.Identifier.ValueText),
            _ => false,
        });
    }

    /// <summary>Names of locals that hold what the context has loaded in the unit, itself or by a method that hands it out.</summary>
    private HashSet<string> Loaded(ISymbol db)
    {
        var names = new HashSet<string>();
        var helpers = new HelperBodies(this, context, cancellation);
        foreach (var variable in Text.DescendantNodes().OfType<VariableDeclaratorSyntax>())
        {
            if (variable.Initializer?.Value.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Any(c => (context.FactOf(c, out _, cancellation).Role == ApiRole.Query && IsOf(c, db)) || (IsWhole(c) && helpers.Loads(c, db))) == true
                && !variable.Initializer.Value.DescendantNodes().Any(n => n is IdentifierNameSyntax { Identifier.ValueText: "AsNoTracking" }))
            {
                names.Add(variable.Identifier.ValueText);
            }
        }

        foreach (var loop in Text.DescendantNodes().OfType<ForEachStatementSyntax>())
        {
            if (loop.Expression is IdentifierNameSyntax list && names.Contains(list.Identifier.ValueText))
            {
                names.Add(loop.Identifier.ValueText);
            }
        }

        return names;
    }

    /// <summary>No argument of what makes something else of it.</summary>
    private static bool IsWhole(ExpressionSyntax call) => call.Ancestors().First(a => a is ArgumentSyntax or VariableDeclaratorSyntax) is VariableDeclaratorSyntax;

    private bool IsOf(ExpressionSyntax call, ISymbol db) =>
        EfWork.ContextExpression(call, Model, cancellation) is { } owner && SymbolEqualityComparer.Default.Equals(DelegateState.Behind(owner, context, cancellation), db);

    /// <summary>Changes of captured locals that add up: the second run begins where the first one ended.</summary>
    public IEnumerable<(ExpressionSyntax Change, ISymbol Local)> Accumulations()
    {
        foreach (var node in Text.DescendantNodes())
        {
            var changed = node switch
            {
                AssignmentExpressionSyntax assignment when !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && !assignment.IsKind(SyntaxKind.CoalesceAssignmentExpression) => assignment.Left,
                PostfixUnaryExpressionSyntax unary when unary.IsKind(SyntaxKind.PostIncrementExpression) || unary.IsKind(SyntaxKind.PostDecrementExpression) => unary.Operand,
                PrefixUnaryExpressionSyntax unary when unary.IsKind(SyntaxKind.PreIncrementExpression) || unary.IsKind(SyntaxKind.PreDecrementExpression) => unary.Operand,
                InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax list } } call when Collects(call) => list,
                _ => null,
            };
            if (changed is IdentifierNameSyntax name && Model.GetSymbolInfo(name, cancellation).Symbol is { } symbol and (ILocalSymbol or IParameterSymbol)
                && IsOutside(symbol) && !IsReset(symbol) && IsUsed(symbol, (ExpressionSyntax)node))
            {
                yield return ((ExpressionSyntax)node, symbol);
            }
        }
    }

    /// <summary>A list or a queue of .NET is added to; a context, a command's parameters and a set, which holds each element once, are other things.</summary>
    private bool Collects(InvocationExpressionSyntax call) =>
        CalledName.Of(call) is "Add" or "AddRange" or "Enqueue" or "Push" or "Insert" or "AddLast"
        && Model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { ContainingType: { } type } && type.ContainingNamespace?.ToDisplayString() == "System.Collections.Generic"
        && type.Name is "List" or "Queue" or "Stack" or "LinkedList" or "ICollection" or "IList";

    /// <summary>The unit sets it anew before it changes it.</summary>
    private bool IsReset(ISymbol symbol) => Text.DescendantNodes().Any(node => node switch
    {
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax left } assignment when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) => Is(left, symbol),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax list, Name.Identifier.ValueText: "Clear" } } => Is(list, symbol),
        _ => false,
    });

    /// <summary>Somebody reads it: the code around the scope behind it, or a command. A counter that only a log line names does no harm.</summary>
    private bool IsUsed(ISymbol symbol, ExpressionSyntax change)
    {
        var member = Text.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? Text.SyntaxTree.GetRoot(cancellation);
        foreach (var use in member.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (use.Identifier.ValueText != symbol.Name || change.Span.Contains(use.Span) || !Is(use, symbol))
            {
                continue;
            }

            // What the loop counts by is not what it works on.
            if (Scope.At is CatchClauseSyntax handler && (handler.Span.Contains(use.Span) || (Extent.Span.Contains(use.Span) && !Text.Span.Contains(use.Span))))
            {
                return false;
            }

            if (use.SpanStart > Extent.Span.End || (Text.Span.Contains(use.Span) && use.FirstAncestorOrSelf<ReturnStatementSyntax>() is not null) || (Text.Span.Contains(use.Span) && use.Ancestors().OfType<InvocationExpressionSyntax>().Any(c => Text.Span.Contains(c.Span) && WorksIn(c, MaxDepth))))
            {
                return true;
            }
        }

        return false;
    }

    private bool Is(ExpressionSyntax name, ISymbol symbol) => SymbolEqualityComparer.Default.Equals(Model.GetSymbolInfo(name, cancellation).Symbol, symbol);

    /// <summary>The call is database work, or leads to some.</summary>
    private bool WorksIn(InvocationExpressionSyntax call, int depth)
    {
        var fact = context.FactOf(call, out var method, cancellation);
        if (fact.Role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query or ApiRole.Save or ApiRole.Copy or ApiRole.Begin)
        {
            return true;
        }

        return fact.Role == ApiRole.None && method is not null && depth < MaxDepth
            && (context.Compilation.Foreign.Works(method) || context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellation).Any(target => target.DeclaringSyntaxReferences.Any(r =>
                r.GetSyntax(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>().Any(inner => WorksIn(inner, depth + 1)))));
    }
}
