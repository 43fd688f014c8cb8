using System.Collections.Immutable;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>A step of a mediator's pipeline in front of the handlers.</summary>
internal interface IBehavior
{
    /// <summary>The first part of the namespace of the interface that it implements.</summary>
    string Library { get; }

    /// <summary>The transactions that it holds around the handlers of requests of this type, because of what the type is.</summary>
    ImmutableArray<Region> RegionsAround(ITypeSymbol request, CancellationToken cancellation);
}
