using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// Queue and job frameworks that run a handler again when it fails. Hangfire and CAP do so by themselves; the others where the program
/// says it.
/// </summary>
internal static class QueueRetries
{
    private static readonly string[] MassTransit = { "UseMessageRetry", "UseRetry", "UseDelayedRedelivery", "UseScheduledRedelivery" };
    private static readonly string[] Rebus = { "RetryStrategy", "SimpleRetryStrategy" };
    private static readonly string[] NServiceBus = { "Recoverability" };
    private static readonly string[] Wolverine = { "OnException", "OnAnyException", "RetryTimes", "RetryWithCooldown", "RetryOnce", "ScheduleRetry", "Requeue" };

    /// <summary>The method is a handler whose framework runs it again.</summary>
    public static bool Cover(IMethodSymbol method, RetryContext context, CancellationToken cancellation) => EntryPoints.FrameworkOf(method) switch
    {
        EntryFramework.MassTransit => IsSaid(MassTransit, "MassTransit", context, cancellation),
        EntryFramework.Rebus => IsSaid(Rebus, "Rebus", context, cancellation),
        EntryFramework.NServiceBus => IsSaid(NServiceBus, "NServiceBus", context, cancellation),
        EntryFramework.Wolverine => IsSaid(Wolverine, "Wolverine", context, cancellation),
        EntryFramework.Quartz => Refires(method, cancellation),

        // CAP retries a failed subscriber three times at once and every minute after that, unless it is told otherwise.
        EntryFramework.Cap => true,
        _ => false,
    };

    /// <summary>One of the framework's configuring members is called somewhere in sight.</summary>
    private static bool IsSaid(IEnumerable<string> members, string framework, RetryContext context, CancellationToken cancellation) =>
        members.Any(member => context.Uses.Of(member, cancellation).Any(use =>
            context.Model(use).GetSymbolInfo(use, cancellation).Symbol?.ContainingNamespace?.ToDisplayString() is { } space
            && (space == framework || space.StartsWith(framework + ".", StringComparison.Ordinal))));

    /// <summary><c>throw new JobExecutionException(ex) { RefireImmediately = true }</c>, or the constructor's argument.</summary>
    private static bool Refires(IMethodSymbol method, CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation).DescendantNodes().Any(n =>
            n is IdentifierNameSyntax { Identifier.ValueText: "RefireImmediately" } or NameColonSyntax { Name.Identifier.ValueText: "refireImmediately" }));
}
