using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// The changes of one fix, as text. A fix moves whole lines: what it does not name keeps its characters, line ends and comments,
/// which no rewriting of the tree followed by a formatter can promise.
/// </summary>
internal sealed class TextEdits
{
    private readonly List<TextChange> _changes = [];

    public bool IsEmpty => _changes.Count == 0;

    public void Insert(int position, string text) => _changes.Add(new TextChange(new TextSpan(position, 0), text));

    public void Delete(TextSpan span) => _changes.Add(new TextChange(span, ""));

    public void Replace(TextSpan span, string text) => _changes.Add(new TextChange(span, text));

    /// <summary>The changes in the order of the text. Insertions at one position keep the order in which they were asked for.</summary>
    public IReadOnlyList<TextChange> InOrder() => _changes
        .OrderBy(change => change.Span.Start)
        .ThenBy(change => change.Span.Length == 0 ? 0 : 1)
        .ToList();

    public SourceText ApplyTo(SourceText text)
    {
        var previousEnd = 0;
        foreach (var change in InOrder())
        {
            if (change.Span.Start < previousEnd || change.Span.End > text.Length)
            {
                return text;
            }

            previousEnd = change.Span.End;
        }

        return text.WithChanges(InOrder());
    }

    public async Task<Document> ApplyAsync(Document document, CancellationToken cancellationToken)
    {
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return IsEmpty ? document : document.WithText(ApplyTo(text));
    }

    /// <summary>Where a position of the old text stands in the new one.</summary>
    public int Map(int position)
    {
        var shift = 0;
        foreach (var change in _changes)
        {
            if (change.Span.End <= position)
            {
                shift += (change.NewText?.Length ?? 0) - change.Span.Length;
            }
        }

        return position + shift;
    }
}
