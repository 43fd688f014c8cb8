using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Commands that count further each time they are committed (<see cref="SqlRepetition.AddsUp"/>). The reply to a commit may be lost with its connection: a retry for lost connections would then count twice,
/// and nobody would see it.
/// </summary>
internal sealed class AddedUp
{
    private readonly SqlTexts texts;

    public AddedUp(RetryContext context, CancellationToken cancellationToken) => texts = new SqlTexts(context, cancellationToken);

    /// <summary>One of the nodes gives such a text to a command.</summary>
    public bool IsIn(IEnumerable<SyntaxNode> nodes) => nodes.SelectMany(texts.Of).Any(SqlRepetition.AddsUp);
}
