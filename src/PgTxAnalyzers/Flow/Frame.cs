using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>A body that is being run: the root, a callee, or a lambda.</summary>
internal sealed class Frame
{
    public Frame(Frame? caller, ControlFlowGraph graph, IMethodSymbol? method, Value self, bool isLexical)
    {
        (Caller, Graph, Method, Self, IsLexical) = (caller, graph, method, self, isLexical);
        Depth = caller is null ? 0 : caller.Depth + 1;
        Calls = caller is null ? 0 : caller.Calls + (isLexical ? 0 : 1);
    }

    public Frame? Caller { get; }

    /// <summary>How many frames are below this one.</summary>
    public int Depth { get; }

    /// <summary>How many calls into other bodies led here: lambdas of the root itself do not count against the bound.</summary>
    public int Calls { get; }

    public ControlFlowGraph Graph { get; }

    public IMethodSymbol? Method { get; }

    /// <summary>What <c>this</c> is.</summary>
    public Value Self { get; }

    /// <summary>The body stands in the root's own text, so a finding can stand in it.</summary>
    public bool IsLexical { get; }

    /// <summary>The body has a parameter that holds these regions: it reports its own calls, its callers stay quiet for them.</summary>
    public HashSet<RegionId> Passed { get; } = new();

    public bool Runs(IMethodSymbol method)
    {
        for (var frame = this; frame is not null; frame = frame.Caller)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Method, method))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>
/// A reach that happened while regions lived. <see cref="Place"/> is where a finding can stand: the innermost call in the root's own text.
/// </summary>
internal sealed record Held(Reach Reach, ImmutableArray<Region> Regions, SyntaxNode? Place)
{
    public bool Equals(Held? other)
    {
        if (other is null || Place != other.Place || Regions.Length != other.Regions.Length || !Reach.Equals(other.Reach))
        {
            return false;
        }

        for (var i = 0; i < Regions.Length; i++)
        {
            if (!Regions[i].Equals(other.Regions[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override int GetHashCode() => Reach.GetHashCode() + Regions.Length;
}
