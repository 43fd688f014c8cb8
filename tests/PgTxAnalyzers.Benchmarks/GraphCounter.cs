using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>How many control-flow graphs a run has built: the measure of how well the gates work.</summary>
internal static class GraphCounter
{
    public static string Describe(ImmutableArray<DiagnosticAnalyzer> analyzers) => "not counted";
}
