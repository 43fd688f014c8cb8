using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;

namespace PgTxAnalyzers.Rules;

/// <summary>A question to the uses of session features, to the connection strings, or to both.</summary>
internal abstract class PoolingRule
{
    protected const string Category = "Pooling";

    public abstract DiagnosticDescriptor Descriptor { get; }

    /// <summary>One use, in code. Asked whether or not a pooler is known.</summary>
    public virtual IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate) => Enumerable.Empty<Diagnostic>();

    /// <summary>One connection string or builder, in code or in a configuration file.</summary>
    public virtual IEnumerable<Diagnostic> Examine(ConnectionSite site, PoolerGate gate) => Enumerable.Empty<Diagnostic>();

    /// <summary>The use is behind a pooler that gives its session to somebody else.</summary>
    protected static bool IsPooled(SessionUse use, PoolerGate gate) => gate.IsOn && gate.Counts(use.Origin);

    /// <summary>What the pooler does to sessions, for the end of a message.</summary>
    protected static string After(PoolerGate gate) => gate.Mode == Options.PoolingMode.Statement ? "statement" : "transaction";

    /// <summary>Additional locations: the literal where that stands elsewhere, then the evidence of the pooler.</summary>
    protected static IEnumerable<Location> Places(Location? literal, PoolerGate gate)
    {
        if (literal is not null)
        {
            yield return literal;
        }

        if (gate.Evidence?.At is { } evidence)
        {
            yield return evidence;
        }
    }

    /// <summary>What the fix has to know and cannot read from the text.</summary>
    protected static ImmutableDictionary<string, string?> Region(SessionUse use) =>
        ImmutableDictionary<string, string?>.Empty.Add(RegionKey, use.RunsInRegion switch { true => "inside", false => "outside", null => "unknown" });

    /// <summary>Whether the command runs in a transaction: <c>inside</c>, <c>outside</c>, <c>unknown</c>.</summary>
    public const string RegionKey = "pgtx.region";
}
