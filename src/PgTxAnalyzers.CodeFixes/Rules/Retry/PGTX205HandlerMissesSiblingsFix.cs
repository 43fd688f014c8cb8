using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Lets a handler take what looks alike: a lost connection under each of its names by <c>IsTransient</c> of <c>NpgsqlException</c>, a conflict under both of its states, and either by its state
/// instead of its message. A handler around EF Core's work gets nothing: there the context has to retry (PGTX201).
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX205HandlerMissesSiblingsFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX205.Widen";
    internal const string Title = "Handle all that look alike";
    internal const string WaitKey = "PGTX205.Wait";
    internal const string WaitTitle = "Wait before the next round";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX205");

    /// <summary>What a handler does for one failure it now does for others: one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        var text = await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan))
            {
                continue;
            }

            var lines = new SourceLines(root, text);
            var at = root.FindToken(diagnostic.Location.SourceSpan.Start).Parent;
            var widened = at switch
            {
                CatchClauseSyntax clause => new FailureTestEdits(model, lines, context.CancellationToken).OfHandler(clause),
                SwitchStatementSyntax or SwitchExpressionSyntax => InSwitch(at, model, lines, context.CancellationToken),
                _ => null,
            };
            if (!await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, widened).ConfigureAwait(false) && at is CatchClauseSyntax { Filter: null } swallowing)
            {
                var waits = new TextEdits();
                await Offer.RegisterAsync(
                    context, diagnostic, WaitTitle, WaitKey, BackOffEdits.Wait(waits, swallowing, "1000 + " + BackOffEdits.Jitter(model.Compilation), model, lines, context.CancellationToken) ? waits : null).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The missing states beside one of their family: as labels of its section, or in the pattern of its arm.</summary>
    private static TextEdits? InSwitch(SyntaxNode choice, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        IEnumerable<SyntaxNode> places = choice is SwitchStatementSyntax statement
            ? statement.Sections.SelectMany(s => s.Labels.OfType<CaseSwitchLabelSyntax>())
            : ((SwitchExpressionSyntax)choice).Arms.Select(a => a.Pattern);
        var named = places.Select(p => (Place: p, States: FailureTestEdits.StatesIn(p, model, cancellationToken))).ToList();
        var edits = new TextEdits();
        foreach (var isLost in new[] { true, false })
        {
            bool IsOfFamily(string state) => isLost ? SqlStates.IsLost(state) : SqlStates.IsConflict(state);
            var missing = SqlStates.MissingBeside(named.SelectMany(n => n.States).ToList()).Where(IsOfFamily).ToList();
            if (missing.Count == 0)
            {
                continue;
            }

            var (place, states) = named.LastOrDefault(n => n.States.Any(IsOfFamily));
            if (place is CaseSwitchLabelSyntax label)
            {
                // Labels on lines of their own, like this one.
                var line = lines.LineOf(label.SpanStart);
                if (!lines.StartsLine(label.Keyword) || lines.LineOf(label.Span.End) != line || !string.IsNullOrWhiteSpace(lines.LineText(line).Substring(label.Span.End - lines.Text.Lines[line].Start)))
                {
                    return null;
                }

                var text = missing.Select(state => $"{lines.Indentation(line)}case {FailureTestEdits.Name(state, label.Value)}:{lines.LineEnd(line)}");
                lines.InsertBehind(edits, line, string.Concat(text));
            }
            else if (place is PatternSyntax pattern && FailureTestEdits.CanBeExtended(pattern))
            {
                edits.Insert(pattern.Span.End, string.Concat(missing.Select(state => " or " + FailureTestEdits.Name(state, pattern))));
            }
            else
            {
                return null;
            }
        }

        return edits;
    }
}
