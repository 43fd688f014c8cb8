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
    private (int Position, int Offset)? _mark;

    public bool IsEmpty => _changes.Count == 0;

    public void Insert(int position, string text) => _changes.Add(new TextChange(new TextSpan(position, 0), text));

    /// <summary>All changes of another fix too, but for those that are there already.</summary>
    public void Add(TextEdits other) => _changes.AddRange(other._changes.Where(change => !_changes.Contains(change)));

    public void Delete(TextSpan span) => _changes.Add(new TextChange(span, ""));

    public void Replace(TextSpan span, string text) => _changes.Add(new TextChange(span, text));

    /// <summary>Remembers a place in the new text: so many characters into what replaces or is inserted at a position of the old one.</summary>
    public void Mark(int position, int offset) => _mark = (position, offset);

    /// <summary>The marked place in the new text.</summary>
    public int? MarkedPlace => _mark is not { } mark ? null
        : mark.Position + mark.Offset + _changes.Where(change => change.Span.Start < mark.Position && change.Span.End <= mark.Position).Sum(change => (change.NewText?.Length ?? 0) - change.Span.Length);

    /// <summary>The changes in the order of the text, or null where two want the same place. Insertions at one position keep the order in which they were asked for.</summary>
    public IReadOnlyList<TextChange>? InOrder()
    {
        var ordered = new List<TextChange>();
        foreach (var change in _changes.OrderBy(change => change.Span.Start).ThenBy(change => change.Span.Length == 0 ? 0 : 1))
        {
            var previous = ordered.Count > 0 ? ordered[ordered.Count - 1] : default;
            if (ordered.Count == 0 || change.Span.Start >= previous.Span.End)
            {
                ordered.Add(change);
            }
            else if (change.NewText?.Length == 0 && previous.NewText?.Length == 0)
            {
                // Two deletions may both take the blank line between them.
                ordered[ordered.Count - 1] = new TextChange(TextSpan.FromBounds(previous.Span.Start, System.Math.Max(previous.Span.End, change.Span.End)), "");
            }
            else
            {
                return null;
            }
        }

        return ordered;
    }

    public async Task<Document> ApplyAsync(Document document, CancellationToken cancellationToken)
    {
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return InOrder() is { Count: > 0 } changes && changes[changes.Count - 1].Span.End <= text.Length ? document.WithText(text.WithChanges(changes)) : document;
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
