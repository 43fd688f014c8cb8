namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>The three kinds of projects that an analyzer meets, from the most common to the rarest.</summary>
public enum Shape
{
    /// <summary>No data library is referenced: nothing may run.</summary>
    NoDataLibrary,

    /// <summary>Npgsql and Dapper on every other page, and not one transaction: only the gates run.</summary>
    NoRegions,

    /// <summary>Two methods of a hundred have a transaction: what the flow costs.</summary>
    SomeRegions,
}
