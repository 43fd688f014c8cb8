using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What becomes of a failure on the way up from the work.</summary>
internal enum Aftermath : byte
{
    /// <summary>It fails whoever waits.</summary>
    Fails,

    /// <summary>A handler takes it and throws none.</summary>
    IsSwallowed,

    /// <summary>A polling loop goes on to its next round.</summary>
    CostsRound,
}

/// <summary>The scope in which a method runs one of its delegates.</summary>
internal readonly record struct DelegateScope(int Ordinal, RetryKind Kind, bool CoversLost, bool CoversConflict);

/// <summary>What the rules about retries ask of a method in another project.</summary>
/// <param name="Chain">The calls that no retry protects, down to the driver's own member; empty: there are none.</param>
/// <param name="Open">Members of interfaces that it calls without a retry, and of which its project sees no implementation, by documentation id.</param>
/// <param name="Scopes">The delegates that it runs again when they fail.</param>
internal sealed record MethodWork(ImmutableArray<string> Chain, Aftermath Aftermath, ImmutableArray<string> Open, ImmutableArray<DelegateScope> Scopes)
{
    public bool IsEmpty => Chain.IsEmpty && Open.IsEmpty && Scopes.IsEmpty;
}

/// <summary>A method of another project, with what is known of its work.</summary>
internal sealed record ForeignWork(IMethodSymbol Method, MethodWork Work);
