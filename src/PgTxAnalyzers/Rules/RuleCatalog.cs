using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Rules.Configuration;
using PgTxAnalyzers.Rules.HeldTransactions;
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
        new PGTX701ScopeDoesNotFlow(),
        new PGTX704SuccessPathDoesNotCommit());

    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
        Flow.Select(r => r.Descriptor).Prepend(PGTX002UnreadableEffects.Descriptor).Prepend(PGTX001InvalidConfiguration.Descriptor).ToImmutableArray();
}
