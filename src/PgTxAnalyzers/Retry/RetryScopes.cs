using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>What repeats a unit.</summary>
internal enum RetryKind : byte
{
    /// <summary>A loop, a jump or a recursion by hand.</summary>
    Loop,

    /// <summary>A policy or pipeline of Polly.</summary>
    Policy,

    /// <summary>An execution strategy of EF Core.</summary>
    Strategy,
}

/// <summary>A stretch of code that is run again when it fails.</summary>
/// <param name="Kind">What repeats it.</param>
/// <param name="Unit">What is repeated: a lambda, a method group, or the block of a try.</param>
/// <param name="At">Where the scope is made: the call that runs the delegate, or the handler of the loop.</param>
/// <param name="CoversLost">A lost connection lets it run again.</param>
/// <param name="CoversConflict">A serialisation failure or a deadlock lets it run again.</param>
internal sealed record RetryScope(RetryKind Kind, SyntaxNode Unit, SyntaxNode At, bool CoversLost, bool CoversConflict);

/// <summary>
/// Recognises retry scopes: EF Core's strategies, Polly's policies and pipelines, loops by hand, and the project's own methods that do one of
/// these with a delegate that they are given.
/// </summary>
internal sealed class RetryScopes
{
    /// <summary>Helpers that pass a delegate on to the next one, beyond which none is looked into.</summary>
    private const int MaxHelpers = 4;

    private readonly RetryContext context;
    private readonly ConcurrentDictionary<IParameterSymbol, Delegated> helpers = new(SymbolEqualityComparer.Default);

    public RetryScopes(RetryContext context) => this.context = context;

    /// <summary>
    /// The innermost scope around a node in its own member's text. <paramref name="boundary"/>: where the search ended without one: the
    /// member, local function or lambda whose callers decide.
    /// </summary>
    public RetryScope? Around(SyntaxNode node, out SyntaxNode boundary, CancellationToken cancellation) => Around(node, out boundary, 0, cancellation);

    private RetryScope? Around(SyntaxNode node, out SyntaxNode boundary, int depth, CancellationToken cancellation)
    {
        var model = context.Model(node);
        boundary = node;
        for (var current = node; current is not null; current = current.Parent)
        {
            cancellation.ThrowIfCancellationRequested();
            boundary = current;
            switch (current)
            {
                case BlockSyntax { Parent: TryStatementSyntax attempt } block when attempt.Block == block && RetryLoop.Of(attempt, model, cancellation) is { } loop:
                    return new RetryScope(RetryKind.Loop, block, loop.Catch, loop.Test.AdmitsLost, loop.Test.AdmitsConflict);
                case AnonymousFunctionExpressionSyntax or SimpleNameSyntax or MemberAccessExpressionSyntax
                    when current is AnonymousFunctionExpressionSyntax || IsMethodGroup((ExpressionSyntax)current):
                    var taken = OfArgument((ExpressionSyntax)current, model, depth, cancellation);
                    if (taken.Scope is not null)
                    {
                        return taken.Scope;
                    }

                    if (!taken.RunsNow)
                    {
                        return null;
                    }

                    break;
                case LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The scope in which a method runs the delegate that is its parameter; null for none.</summary>
    public RetryScope? OfParameter(IParameterSymbol parameter, CancellationToken cancellation) => OfHelper(parameter, 0, cancellation).Scope;

    private static bool IsMethodGroup(ExpressionSyntax expression) =>
        expression.Parent is ArgumentSyntax { RefKindKeyword.RawKind: 0 } && expression is MemberAccessExpressionSyntax or SimpleNameSyntax { Parent: not MemberAccessExpressionSyntax };

    /// <summary>What becomes of a delegate that stands there as an argument.</summary>
    private Delegated OfArgument(ExpressionSyntax function, SemanticModel model, int depth, CancellationToken cancellation)
    {
        ExpressionSyntax outer = function;
        while (outer.Parent is ParenthesizedExpressionSyntax or CastExpressionSyntax)
        {
            outer = (ExpressionSyntax)outer.Parent;
        }

        if (outer.Parent is not ArgumentSyntax { Parent: ArgumentListSyntax { Parent: ExpressionSyntax call } } argument)
        {
            return default;
        }

        var fact = context.FactOf(call, out var method, cancellation);
        switch (fact.Role)
        {
            case ApiRole.StrategyRunner or ApiRole.TransactionRunner:
                return new Delegated(new RetryScope(RetryKind.Strategy, function, call, true, true), true);
            case ApiRole.RetryRunner:
                return Policies.Covers(RetryContext.ReceiverOf(call), model, context, cancellation)
                    ? new Delegated(new RetryScope(RetryKind.Policy, function, call, true, true), true)
                    : new Delegated(null, true);
            case ApiRole.Runner:
                return new Delegated(null, true);
            case ApiRole.Lazy or ApiRole.LazyBuffer:
                return new Delegated(null, IsEnumerated(call, model, cancellation));
        }

        if (method is null || depth >= MaxHelpers || ParameterOf(method, argument) is not { } parameter)
        {
            return default;
        }

        var inner = OfHelper(parameter, depth, cancellation);
        inner = inner.RunsNow ? inner : OfForeign(parameter, function, call);
        return inner.Scope is { } scope ? new Delegated(scope with { Unit = function, At = call }, true) : inner;
    }

    /// <summary>What a query hands out is taken at once: <c>Task.WhenAll(shops.Select(…))</c>, <c>….ToList()</c>. Of one that is kept in a variable nobody knows here when it runs.</summary>
    private static bool IsEnumerated(ExpressionSyntax query, SemanticModel model, CancellationToken cancellation)
    {
        for (var current = query; ;)
        {
            var call = current.Parent switch
            {
                MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax chained } access when access.Expression == current => chained,
                ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax taker } => taker,
                _ => null,
            };
            if (call is null || model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol { ContainingType: { } owner } method)
            {
                return false;
            }

            if (KnownTypes.Is(owner, "System.Threading.Tasks", "Task"))
            {
                return method.Name is "WhenAll" or "WhenAny" or "WaitAll" or "WaitAny";
            }

            if (!KnownTypes.Is(owner, "System.Linq", "Enumerable"))
            {
                return false;
            }

            if (method.Name is "ToArray" or "ToList")
            {
                return true;
            }

            current = call;
        }
    }

    /// <summary>What a method in source does with a delegate that it takes.</summary>
    private Delegated OfHelper(IParameterSymbol parameter, int depth, CancellationToken cancellation)
    {
        if (helpers.TryGetValue(parameter, out var known))
        {
            return known;
        }

        var result = default(Delegated);
        foreach (var target in context.Compilation.Targets.Of((IMethodSymbol)parameter.ContainingSymbol, Flow.Value.Nothing, false, cancellation))
        {
            var own = target.Parameters[parameter.Ordinal];
            foreach (var reference in target.DeclaringSyntaxReferences)
            {
                var body = reference.GetSyntax(cancellation);
                if (body is TypeDeclarationSyntax)
                {
                    continue;
                }

                var model = context.Model(body);
                foreach (var use in body.DescendantNodes().OfType<IdentifierNameSyntax>())
                {
                    if (use.Identifier.ValueText != own.Name || use.Parent is NameColonSyntax || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use, cancellation).Symbol, own))
                    {
                        continue;
                    }

                    var scope = Around(use, out _, depth + 1, cancellation);
                    result = scope is not null ? new Delegated(scope, true) : result.Scope is null ? new Delegated(null, true) : result;
                }
            }
        }

        return depth == 0 ? helpers.GetOrAdd(parameter, result) : result;
    }

    /// <summary>What a method of another project does with it, as its assembly says.</summary>
    private Delegated OfForeign(IParameterSymbol parameter, ExpressionSyntax function, ExpressionSyntax call)
    {
        var method = (IMethodSymbol)parameter.ContainingSymbol;
        foreach (var scope in context.Compilation.Foreign.WorkOf(method).SelectMany(w => w.Work.Scopes).Where(s => s.Ordinal == parameter.Ordinal))
        {
            return new Delegated(new RetryScope(scope.Kind, function, call, scope.CoversLost, scope.CoversConflict), true);
        }

        return new Delegated(null, context.Compilation.Foreign.Of(method, Flow.Value.Nothing, false).Any(t => t.Effect.Rows.Any(r => r.Runs.Any(d => d.Ordinal == parameter.Ordinal))));
    }

    public static IParameterSymbol? ParameterOf(IMethodSymbol method, ArgumentSyntax argument)
    {
        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (argument.NameColon is { } named)
        {
            return definition.Parameters.FirstOrDefault(p => p.Name == named.Name.Identifier.ValueText);
        }

        var index = ((ArgumentListSyntax)argument.Parent!).Arguments.IndexOf(argument) + (method.ReducedFrom is null ? 0 : 1);
        return index < definition.Parameters.Length ? definition.Parameters[index] : null;
    }

    /// <param name="Scope">The scope in which it runs; null for none.</param>
    /// <param name="RunsNow">It runs before the call that takes it returns, or before its task completes.</param>
    private readonly record struct Delegated(RetryScope? Scope, bool RunsNow);
}
