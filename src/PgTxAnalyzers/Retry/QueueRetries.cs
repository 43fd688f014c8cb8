using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// Queue and job frameworks that run a handler again when it fails. Hangfire and CAP do so by themselves; the others where the program
/// says it.
/// </summary>
internal static class QueueRetries
{
    /// <summary>What switches retries on, by the framework, whose name is that of its namespace.</summary>
    private static readonly Dictionary<EntryFramework, string[]> Members = new()
    {
        [EntryFramework.MassTransit] = new[] { "UseMessageRetry", "UseRetry", "UseDelayedRedelivery", "UseScheduledRedelivery" },
        [EntryFramework.Rebus] = new[] { "RetryStrategy", "SimpleRetryStrategy" },
        [EntryFramework.NServiceBus] = new[] { "Recoverability" },
        [EntryFramework.Wolverine] = new[] { "OnException", "OnAnyException", "RetryTimes", "RetryWithCooldown", "RetryOnce", "ScheduleRetry", "Requeue" },
    };

    /// <summary>The method is a handler whose framework runs it again.</summary>
    public static bool Cover(IMethodSymbol method, RetryContext context, CancellationToken cancellation) => EntryPoints.FrameworkOf(method) switch
    {
        var framework when Members.ContainsKey(framework) => IsSaid(framework, context, cancellation),
        EntryFramework.Quartz => Refires(method, cancellation),

        // CAP retries a failed subscriber three times at once and every minute after that, unless it is told otherwise.
        EntryFramework.Cap => true,
        _ => false,
    };

    /// <summary>The names of the frameworks that are told to.</summary>
    public static IEnumerable<string> Frameworks(RetryContext context, CancellationToken cancellation) =>
        Members.Keys.Where(framework => IsSaid(framework, context, cancellation)).Select(framework => framework.ToString());

    /// <summary>One of the framework's configuring members is called somewhere in sight, or in a referenced project.</summary>
    private static bool IsSaid(EntryFramework framework, RetryContext context, CancellationToken cancellation) =>
        context.Compilation.Carried.Has(FactKind.QueueRetries, framework.ToString()) || Members[framework].Any(member => context.Uses.Of(member, cancellation).Any(use =>
            context.Model(use).GetSymbolInfo(use, cancellation).Symbol?.ContainingNamespace?.ToDisplayString() is { } space
            && (space == framework.ToString() || space.StartsWith(framework + ".", StringComparison.Ordinal))));

    /// <summary><c>throw new JobExecutionException(ex) { RefireImmediately = true }</c>, or the constructor's argument.</summary>
    private static bool Refires(IMethodSymbol method, CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation).DescendantNodes().Any(n =>
            n is IdentifierNameSyntax { Identifier.ValueText: "RefireImmediately" } or NameColonSyntax { Name.Identifier.ValueText: "refireImmediately" }));
}
