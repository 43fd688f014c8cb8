using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Flow;

/// <summary>One step on the way to a sink: who is called, and where.</summary>
internal sealed record Step(string Name, SyntaxNode At)
{
    /// <summary>Where the step is, when that is in another project without source: <see cref="At"/> is then the call that leads there.</summary>
    public SourceLine? Elsewhere { get; init; }
}

/// <summary>A line of a file, counted from 1, known by the file's name alone.</summary>
internal sealed record SourceLine(string File, int Line)
{
    public static SourceLine Of(SyntaxNode at)
    {
        var span = at.GetLocation().GetLineSpan();
        var path = span.Path ?? "";
        return new SourceLine(path.Substring(path.LastIndexOfAny(new[] { '/', '\\' }) + 1), span.StartLinePosition.Line + 1);
    }
}

/// <summary>What a call comes to that a rule asks about.</summary>
internal enum Deed : byte
{
    /// <summary>An external system, or a wait: it holds up whoever waits for the call.</summary>
    Sink,

    /// <summary>A begin on a connection whose transaction lives.</summary>
    SecondBegin,

    /// <summary>A begin on a connection inside a <c>TransactionScope</c>.</summary>
    BeginInScope,

    /// <summary>A command of a transaction inside a <c>TransactionScope</c> that was created after its begin.</summary>
    CommandOutsideScope,

    /// <summary>A connection that says <c>Enlist=false</c> is opened inside a <c>TransactionScope</c>.</summary>
    Unenlisted,

    /// <summary>Another connection is taken from the pool while a transaction lives.</summary>
    SecondConnection,

    /// <summary>A message or a job is handed out while a transaction lives.</summary>
    Publish,
}

/// <summary>
/// A sink that a call reaches, or another deed that it does, with the witness chain from the call down. Two ways to the same
/// library call through the same first step are one reach, so that sets of them stay small.
/// </summary>
internal sealed record Reach(SinkKind Kind, bool IsWait, ImmutableArray<Step> Chain)
{
    /// <summary>What is done at the end of the chain. All but a sink happen when the call is made, whether or not anybody waits for it.</summary>
    public Deed Deed { get; init; }

    /// <summary>Done by SQL text, not by a member of a library.</summary>
    public bool IsText { get; init; }

    /// <summary>The library call at the end of the chain.</summary>
    public Step Sink => Chain[Chain.Length - 1];

    /// <summary>
    /// The call in the root's own text behind a task that a lambda has returned: whoever awaits that task, the finding stands there.
    /// </summary>
    public SyntaxNode? Origin { get; init; }

    /// <summary>The regions that may be reported at <see cref="Origin"/>: see <see cref="Frame.ReportsFrom"/> of the lambda.</summary>
    public int OriginReportsFrom { get; init; }

    /// <summary>Not a sink, but the next step of a pipeline: what is behind it may be anything.</summary>
    public bool IsPipeline { get; init; }

    /// <summary>No sink: the member of an interface, by its documentation id, whose implementation may stand in a project that is compiled later.</summary>
    public string? Member { get; init; }

    /// <summary>Reached by enumerating a sequence, not by a task that is an element of it.</summary>
    public bool WhileEnumerated { get; init; }

    /// <summary>By what another project says: whoever calls it twice has done it twice.</summary>
    public bool AddsUp { get; init; }

    /// <summary>No sink, but the database task of this begin: whoever waits for it ends it.</summary>
    public RegionId? Task { get; init; }

    /// <summary>What is said about the call beside that it reaches a sink.</summary>
    public ReachKind Says { get; init; }

    /// <summary>Where somebody has waited for it, if that is not the call itself.</summary>
    public SyntaxNode? HeldAt { get; init; }

    public bool IsDirect => Chain.Length == 1;

    public Reach Through(Step step) => this with { Chain = Chain.Insert(0, step) };

    public bool Equals(Reach? other) =>
        other is not null && IsWait == other.IsWait && Deed == other.Deed && Says == other.Says && Sink.At == other.Sink.At && Chain.Length == other.Chain.Length && Chain[0].At == other.Chain[0].At;

    public override int GetHashCode() => Sink.At.GetHashCode() ^ Chain.Length;
}

/// <summary>See <see cref="Reach.Says"/>.</summary>
internal enum ReachKind : byte
{
    /// <summary>The call runs into a sink or a wait.</summary>
    Reaches,

    /// <summary>It did, and the connection that was open meanwhile has been used again after it.</summary>
    UsedAgain,

    /// <summary>A database task, and nobody keeps it.</summary>
    Dropped,

    /// <summary>A command whose work, or whose number, nobody bounds.</summary>
    Unbounded,
}
