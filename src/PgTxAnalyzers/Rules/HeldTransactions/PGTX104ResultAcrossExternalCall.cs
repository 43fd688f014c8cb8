using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX104: a result that is not read to its end, or a COPY that is not complete, waits for another system. The connection is out of the pool; while rows
/// are left, the server process waits in ClientWrite (in ClientRead for a COPY in) and holds a snapshot that vacuum has to respect, and no idle
/// timeout ends it.
/// </summary>
internal sealed class PGTX104ResultAcrossExternalCall : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX104",
        "Reader or stream is open across an external call",
        "{0} while '{1}' ({2}) runs",
        "HeldTransactions",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Until the reader, the enumeration or the COPY is closed, its connection is out of the pool, and while rows are left the server keeps the query's snapshot. A slow answer becomes an exhausted pool and a table that vacuum cannot clean. Read the rows into a list first, close the result, then call out.",
        RuleHelp.LinkFor("PGTX104"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        from call in HeldCall.Of(flow, HeldBy.SinkWhileReading)

        // EF Core buffers where it can retry: nothing is open any more when the loop's body runs.
        where !(call.Region is { IsContext: true, Resource.Kind: ResourceKind.Rows } && flow.Context?.Retries.IsConfigured(CancellationToken.None) == true)
        select HeldCallText.Finding(Rule, call, What(call), HeldCallText.Chain(call.Reach), call.Reach.Kind.Phrase());

    private static string What(HeldCall call)
    {
        var line = HeldCallText.Line(call.Region.Begin, call.Place);
        return call.Region.Resource!.Kind switch
        {
            ResourceKind.CopyIn => $"The COPY begun at {line} keeps its connection and, on the server, an open transaction that no idle timeout ends,",
            ResourceKind.CopyOut => $"The COPY begun at {line} keeps its connection and, while rows are left, the snapshot that vacuum waits for,",
            ResourceKind.Rows => $"The query enumerated at {line} keeps its connection and, while rows are left, the snapshot that vacuum waits for,",
            _ => $"The reader opened at {line} keeps its connection and, while rows are left, the snapshot that vacuum waits for,",
        };
    }
}
