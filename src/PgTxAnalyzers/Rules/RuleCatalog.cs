using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Rules.Configuration;
using PgTxAnalyzers.Rules.HeldTransactions;
using PgTxAnalyzers.Rules.Pooling;
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
        new PGTX106TransactionSpansPipeline(),
        new PGTX701ScopeDoesNotFlow(),
        new PGTX704SuccessPathDoesNotCommit());

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
        Flow.Select(r => r.Descriptor).Concat(Pooling.Select(r => r.Descriptor)).Prepend(PGTX002UnreadableEffects.Descriptor).Prepend(PGTX001InvalidConfiguration.Descriptor).ToImmutableArray();
}
