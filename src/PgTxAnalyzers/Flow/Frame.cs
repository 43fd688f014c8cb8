using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>A body that is being run: the root, a callee, or a lambda.</summary>
internal sealed class Frame
{
    private readonly List<Value.Transaction> passed = new();
    private const int Nobody = int.MaxValue;

    public Frame(Frame? caller, ControlFlowGraph graph, IMethodSymbol? method, Value self, int? reportsFrom)
    {
        (Caller, Graph, Method, Self) = (caller, graph, method, self);
        Depth = caller is null ? 0 : caller.Depth + 1;
        ReportsFrom = reportsFrom ?? Nobody;
        Calls = caller is null ? 0 : caller.Calls + (IsLexical ? 0 : 1);
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

    /// <summary>
    /// Findings for regions of this frame and those above it can stand in the body: of all regions in the root and its lambdas; of its own
    /// in a local function, which may be called after a caller's region as well; of none in a body that is not in the root's text.
    /// </summary>
    public int ReportsFrom { get; }

    /// <summary>What a lambda of <paramref name="home"/> that this frame runs reports: no more than a local function in between may.</summary>
    public int ReportsFromUpTo(Frame home)
    {
        var from = home.ReportsFrom;
        for (var frame = this; frame is not null && frame != home; frame = frame.Caller)
        {
            if (frame.IsLexical && frame.ReportsFrom > from)
            {
                from = frame.ReportsFrom;
            }
        }

        return from;
    }

    /// <summary>The body stands in the root's own text.</summary>
    public bool IsLexical => ReportsFrom != Nobody;

    /// <summary>
    /// The body has a parameter that holds these regions: it reports its own calls, its callers stay quiet for them. A lambda or local function of the root
    /// is looked at nowhere else.
    /// </summary>
    public bool HasPassed(Region region) => !IsLexical && passed.Any(t => t.Region.Equals(region.Id) || (t.On is { } on && on.Equals(region.Connection)));

    public void Pass(Value.Transaction transaction) => passed.Add(transaction);

    /// <summary>How many frames of this method are below.</summary>
    public int CountOf(IMethodSymbol method)
    {
        var count = 0;
        for (var frame = this; frame is not null; frame = frame.Caller)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Method, method))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>What its type parameters, and those of the body around a lambda, stand for.</summary>
    public TypeArguments Types { get; init; } = TypeArguments.None;

    /// <summary>The state in which the body was entered; null: not by a call.</summary>
    public State? Entry { get; set; }

    /// <summary>The caller looks at the exceptions that leave this body.</summary>
    public bool IsObserved { get; init; }

    /// <summary>The frame of the body that is looked at.</summary>
    public Frame Root
    {
        get
        {
            var root = this;
            while (root.Caller is { } up)
            {
                root = up;
            }

            return root;
        }
    }

    /// <summary>The node stands in the text of the body that is looked at.</summary>
    public bool IsInRoot(SyntaxNode node)
    {
        var body = Root.Graph.OriginalOperation.Syntax;
        return body.SyntaxTree == node.SyntaxTree && body.Span.Contains(node.Span);
    }

    public bool Runs(IMethodSymbol method) => CountOf(method) > 0;
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
