using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>External calls that do it again when they are made again: a payment, a message, a mail. Reading twice does no harm.</summary>
internal sealed class SideEffects
{
    /// <summary>Methods from the unit down to the call.</summary>
    private const int MaxDepth = 4;

    private readonly RetryContext context;
    private readonly CancellationToken cancellation;

    public SideEffects(RetryContext context, CancellationToken cancellation) => (this.context, this.cancellation) = (context, cancellation);

    /// <summary>The chain from the call down to the member that reaches out, by name; null where none is reached, or in doubt.</summary>
    public IReadOnlyList<string>? Of(InvocationExpressionSyntax call) => Of(call, 0);

    private IReadOnlyList<string>? Of(InvocationExpressionSyntax call, int depth)
    {
        var fact = context.FactOf(call, out var method, cancellation);
        if (method is null)
        {
            return null;
        }

        if (fact.Role is ApiRole.Sink or ApiRole.Enqueue)
        {
            return IsRepeatable(method, fact.Kind) || HasKey(call) ? null : new[] { Names.Of(method) };
        }

        if (fact.Role != ApiRole.None || depth >= MaxDepth)
        {
            return null;
        }

        foreach (var target in context.Compilation.Targets.Of(method, Value.Nothing, false, cancellation))
        {
            foreach (var inner in target.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>()))
            {
                // What a callee does in a transaction of its own, or in a retry scope of its own, is judged there.
                if (Of(inner, depth + 1) is { } below)
                {
                    return IsInRegion(inner) ? null : new[] { Names.Of(method) }.Concat(below).ToList();
                }
            }
        }

        foreach (var target in context.Compilation.Foreign.Of(method, Value.Nothing, false))
        {
            if (target.Effect.Rows[0].Reaches.FirstOrDefault(r => r.AddsUp) is { } reach)
            {
                return new[] { Names.Of(method) }.Concat(reach.Chain.Select(s => s.Name)).ToList();
            }
        }

        return null;
    }

    /// <summary>The same of a sink that a body comes to, for who calls it from another project.</summary>
    public bool AddUp(Reach reach)
    {
        var calls = reach.Chain.Where(s => s.Elsewhere is null).Select(s => s.At).OfType<InvocationExpressionSyntax>().ToList();
        var last = reach.Sink.Elsewhere is null ? calls.LastOrDefault() : null;
        return (last is null ? reach.AddsUp : last == reach.Sink.At && context.FactOf(last, out var method, cancellation) is var fact && method is not null && !IsRepeatable(method, fact.Kind) && !HasKey(last))
            && !calls.Any(IsInRegion);
    }

    /// <summary>By the words of HTTP and of message brokers. A request whose method is not in sight may be one for reading.</summary>
    private static bool IsRepeatable(IMethodSymbol method, SinkKind kind) => kind switch
    {
        SinkKind.Http => !(Starts(method, "Post") || Starts(method, "Patch")),
        SinkKind.Mail => !(Starts(method, "Send")),
        SinkKind.Broker or SinkKind.Realtime or SinkKind.Chat => !(Starts(method, "Publish") || Starts(method, "Send") || Starts(method, "BasicPublish") || Starts(method, "Produce") || Starts(method, "Schedule")),
        SinkKind.Scheduler => !(Starts(method, "Enqueue") || Starts(method, "Schedule") || Starts(method, "Create")),
        SinkKind.Payment => !(Starts(method, "Create") || Starts(method, "Capture") || Starts(method, "Confirm") || Starts(method, "Request")),
        _ => true,
    };

    private static bool Starts(IMethodSymbol method, string word) => method.Name.StartsWith(word, StringComparison.Ordinal);

    /// <summary>The other side is told what belongs together.</summary>
    private static bool HasKey(InvocationExpressionSyntax call) =>
        (call.FirstAncestorOrSelf<BlockSyntax>() ?? (SyntaxNode)call).DescendantTokens().Any(t => t.ValueText.IndexOf("idempotency", StringComparison.OrdinalIgnoreCase) >= 0);

    /// <summary>The call stands behind a begin whose end is not in sight before it: PGTX101 says it, and says more.</summary>
    public bool IsInRegion(InvocationExpressionSyntax call)
    {
        var function = call.Ancestors().FirstOrDefault(a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax);
        var open = 0;
        foreach (var other in function?.DescendantNodes().OfType<ExpressionSyntax>().Where(e => e is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax && e.Span.End <= call.SpanStart) ?? Enumerable.Empty<ExpressionSyntax>())
        {
            switch (context.FactOf(other, out _, cancellation).Role)
            {
                case ApiRole.Begin or ApiRole.Scope when other.FirstAncestorOrSelf<BlockSyntax>()?.Span.Contains(call.Span) == true || other.FirstAncestorOrSelf<UsingStatementSyntax>()?.Span.Contains(call.Span) == true:
                    open++;
                    break;
                case ApiRole.Commit or ApiRole.Rollback:
                    open = 0;
                    break;
            }
        }

        return open > 0;
    }

    /// <summary>Whoever runs the delegate begins a transaction around it: PGTX101's again.</summary>
    public bool RunsInRegion(RetryScope scope)
    {
        if (scope.At is not InvocationExpressionSyntax runner)
        {
            return false;
        }

        if (context.FactOf(runner, out var method, cancellation).Role == ApiRole.TransactionRunner)
        {
            return true;
        }

        return method is not null && (Begins(method, 0) || context.Compilation.Foreign.Of(method, Value.Nothing, false).Any(t => t.Effect.Rows.Any(row => row.Runs.Any(run => !run.Regions.IsEmpty))));
    }

    /// <summary>It begins, or hands the delegate that it was given to a method that does.</summary>
    private bool Begins(IMethodSymbol runner, int depth) => depth < MaxDepth && context.Compilation.Targets.Of(runner, Value.Nothing, false, cancellation).Any(target =>
        target.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).DescendantNodes().OfType<ExpressionSyntax>()).Any(e => Begins(e, target, depth)));

    private bool Begins(ExpressionSyntax call, IMethodSymbol runner, int depth) => call is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
        && (context.FactOf(call, out var called, cancellation).Role is ApiRole.Begin or ApiRole.Scope or ApiRole.TransactionRunner
            || (called is not null && call is InvocationExpressionSyntax { ArgumentList.Arguments: var arguments } && arguments.Any(a => IsDelegateOf(runner, a.Expression)) && Begins(called, depth + 1)));

    private static bool IsDelegateOf(IMethodSymbol method, ExpressionSyntax argument) =>
        argument is IdentifierNameSyntax name && method.Parameters.Any(p => p.Name == name.Identifier.ValueText && p.Type.TypeKind == TypeKind.Delegate);

    /// <summary>A publish that an outbox stores goes out once, with the commit.</summary>
    public bool HasOutbox() => context.Compilation.Outboxes.Libraries(cancellation).Count > 0;
}
