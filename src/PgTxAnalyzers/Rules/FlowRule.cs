using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Rules;

/// <summary>A question to the flow of one body.</summary>
internal abstract class FlowRule
{
    public abstract DiagnosticDescriptor Descriptor { get; }

    public abstract IEnumerable<Diagnostic> Examine(BodyFlow flow);
}
