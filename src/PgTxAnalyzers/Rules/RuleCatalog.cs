using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Rules.Configuration;
using PgTxAnalyzers.Rules.HeldTransactions;
using PgTxAnalyzers.Rules.Pooling;
using PgTxAnalyzers.Rules.Retry;
using PgTxAnalyzers.Rules.TransactionApi;

namespace PgTxAnalyzers.Rules;

/// <summary>Every rule of the package. Tables, mode packs and pages are generated from it.</summary>
internal static class RuleCatalog
{
    /// <summary>The rules that ask the flow of a body.</summary>
    public static ImmutableArray<FlowRule> Flow { get; } = ImmutableArray.Create<FlowRule>(
        new PGTX101TransactionAcrossExternalCall(),
        new PGTX102TransactionWaits(),
        new PGTX103TransactionBeginsTooEarly(),
        new PGTX104ResultAcrossExternalCall(),
        new PGTX105SecondConnection(),
        new PGTX106TransactionSpansPipeline(),
        new PGTX107PublishedBeforeCommit(),
        new PGTX108ConnectionAcrossExternalCall(),
        new PGTX109DatabaseTaskNotAwaited(),
        new PGTX110UnboundedWork(),
        new PGTX202BeginOutsideStrategy(),
        new PGTX204SerializableWithoutRetry(),
        new PGTX206RetryInsideBrokenUnit.InHandlers(),
        new PGTX701ScopeDoesNotFlow(),
        new PGTX702ScopeAndBeginAreMixed(),
        new PGTX703TransactionIsNested(),
        new PGTX704SuccessPathDoesNotCommit(),
        new PGTX705SwallowedError(),
        new PGTX706ScopeDefaults());

    /// <summary>The rules that ask the symbols of a file, and no flow.</summary>
    public static ImmutableArray<RetryRule> Retry { get; } = ImmutableArray.Create<RetryRule>(
        new PGTX201ContextDoesNotRetry(),
        new PGTX203WorkWithoutRetry(),
        new PGTX205HandlerMissesSiblings(),
        new PGTX206RetryInsideBrokenUnit(),
        new PGTX207UnitNotReplayable(),
        new PGTX208RetryWithoutBackoff(),
        new PGTX209RetryListIncomplete(),
        new PGTX210CommitNotVerified(),
        new PGTX211HostsWithoutTarget(),
        new PGTX212ExecuteSqlNotRetried(),
        new PGTX707RollbackHidesFailure());

    /// <summary>The rules that ask what is left in sessions, and what connection strings say.</summary>
    public static ImmutableArray<PoolingRule> Pooling { get; } = ImmutableArray.Create<PoolingRule>(
        new PGTX301SessionSetting(),
        new PGTX302SessionAdvisoryLock(),
        new PGTX303ListenBehindPooler(),
        new PGTX304PreparedStatement(),
        new PGTX305TempTableOutlivesTransaction(),
        new PGTX306PoolResetsPooledSession(),
        new PGTX307StartupParameter(),
        new PGTX308OtherSessionFeature(),
        new PGTX309StateExpectedAcrossUses(),
        new PGTX310SessionStateLeaks());

    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
        Flow.Select(r => r.Descriptor).Concat(Retry.Select(r => r.Descriptor)).Concat(Pooling.Select(r => r.Descriptor)).Prepend(PGTX002UnreadableEffects.Descriptor).Prepend(PGTX001InvalidConfiguration.Descriptor).Distinct().ToImmutableArray();
}
