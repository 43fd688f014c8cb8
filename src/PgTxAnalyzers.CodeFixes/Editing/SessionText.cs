using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A text in a document that goes to a command, read as the analyzer reads it. Edits are given in the text's own positions and land in the literals; what stands in another
/// place than the expression is not touched, since somebody else may use it too.
/// </summary>
internal sealed class SessionText
{
    private readonly CodeText text;

    private SessionText(ExpressionSyntax expression, CodeText text) => (Expression, this.text, Sql) = (expression, text, SqlText.Classify(text.Content));

    public ExpressionSyntax Expression { get; }

    public SqlSummary Sql { get; }

    public string Content => text.Content;

    /// <summary>The text in a literal of which the finding stands; null where it stands on something else.</summary>
    public static async Task<SessionText?> AtAsync(Document document, TextSpan place, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return root is null || model is null || !root.FullSpan.Contains(place) ? null : At(root.FindToken(place.Start), model, cancellationToken);
    }

    public static SessionText? At(SyntaxToken token, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax? literal = token.Parent switch
        {
            LiteralExpressionSyntax plain => plain,
            InterpolatedStringTextSyntax { Parent: InterpolatedStringExpressionSyntax interpolated } => interpolated,
            InterpolatedStringExpressionSyntax interpolated => interpolated,
            _ => null,
        };
        if (literal is null)
        {
            return null;
        }

        var whole = TextPlaces.Whole(literal);
        var reader = new CodeTextReader(tree => model.Compilation.ContainsSyntaxTree(tree) ? model.Compilation.GetSemanticModel(tree) : null, cancellationToken);
        return new SessionText(whole, reader.Read(whole));
    }

    /// <summary>Puts something in front of a position, right behind what stands before it. False where that is in no literal of the expression.</summary>
    public bool Insert(TextEdits edits, int position, string inserted)
    {
        if (position == 0 || Place(new SqlSpan(position - 1, 1)) is not { } before)
        {
            return false;
        }

        edits.Insert(before.End, inserted);
        return true;
    }

    public bool Replace(TextEdits edits, SqlSpan span, string replacement)
    {
        // All of it has to be written out in one literal.
        if (Content.IndexOf(SqlScanner.Hole, span.Start, span.Length) >= 0 || Place(span) is not { } place || Place(new SqlSpan(span.End - 1, 1)) is not { } last || last.End != place.End)
        {
            return false;
        }

        edits.Replace(place, replacement);
        return true;
    }

    private TextSpan? Place(SqlSpan span) =>
        text.Locate(span) is { } found && found.SourceTree == Expression.SyntaxTree && Expression.Span.Contains(found.SourceSpan) ? found.SourceSpan : null;
}
