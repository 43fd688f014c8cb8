using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>What the rules about retries want to know of a body.</summary>
internal sealed partial class RootFacts
{
    /// <summary>The compilation, for questions about callers and configuration.</summary>
    public CompilationContext? Context { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>The body that was run as the root.</summary>
    public SyntaxNode? Root { get; init; }

    /// <summary>Begins by a library's own member, in the root's text or below.</summary>
    public HashSet<SyntaxNode> Begins { get; } = new();

    /// <summary>Begins, each with the first statement that ran in its region.</summary>
    public Dictionary<SyntaxNode, Cause> Worked { get; } = new();

    /// <summary>Begins whose transaction lives on behind the body, in a field or in its context: another member works in it.</summary>
    public HashSet<SyntaxNode> Kept { get; } = new();

    /// <summary>Begins in whose region something else than plain queries ran, or something of which that is not known.</summary>
    public HashSet<SyntaxNode> Updated { get; } = new();

    /// <summary>Begins, each with the first query or save of EF Core that ran in its region: what a retrying strategy refuses there.</summary>
    public Dictionary<SyntaxNode, Cause> WorkedByEf { get; } = new();

    /// <summary>SQL that asks for an isolation level, where the root sends it.</summary>
    public Dictionary<SyntaxNode, SqlIsolation> Isolations { get; } = new();

    /// <summary>Uses of a transaction after a failure in it that a handler took: the handler, and the command or commit.</summary>
    public HashSet<(CatchClauseSyntax Handler, SyntaxNode Use, bool IsCommit, SyntaxNode Begin)> UsedBroken { get; } = new();
}
