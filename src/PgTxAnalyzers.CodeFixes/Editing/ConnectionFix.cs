using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.ConfigFiles;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>A fix of a connection string: in a literal, in a builder's initialiser, or in a configuration file.</summary>
internal sealed class ConnectionFix
{
    /// <summary>The change of a string, or null where there is none.</summary>
    internal delegate ConnectionChange? Change(ConnectionStringText text, string content);

    private readonly string title;
    private readonly string key;
    private readonly Change change;
    private readonly Action<TextEdits, BaseObjectCreationExpressionSyntax> changeBuilder;

    public ConnectionFix(string title, string key, Change change, Action<TextEdits, BaseObjectCreationExpressionSyntax> changeBuilder) =>
        (this.title, this.key, this.change, this.changeBuilder) = (title, key, change, changeBuilder);

    public async Task RegisterAsync(CodeFixContext context, Diagnostic diagnostic)
    {
        if (context.TextDocument is AdditionalDocument file)
        {
            await RegisterAsync(context, file, diagnostic).ConfigureAwait(false);
            return;
        }

        var edits = await PlanAsync(context.Document, diagnostic.Location.SourceSpan, context.CancellationToken).ConfigureAwait(false);
        await Offer.RegisterAsync(context, diagnostic, title, key, edits).ConfigureAwait(false);
    }

    /// <summary>The change in a document; empty where there is none.</summary>
    public async Task<TextEdits> PlanAsync(Document document, TextSpan place, CancellationToken cancellationToken)
    {
        var edits = new TextEdits();
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(place))
        {
            return edits;
        }

        var token = root.FindToken(place.Start);
        if (token.Parent?.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>(c => c.SpanStart == place.Start) is { } creation)
        {
            // A data source's builder has its string; a string's builder has properties.
            var literal = creation.ArgumentList?.Arguments.FirstOrDefault()?.Expression.DescendantTokens().FirstOrDefault(t => SessionText.At(t, model, cancellationToken) is not null);
            if (creation.Initializer is null && literal is { RawKind: not 0 } first && SessionText.At(first, model, cancellationToken) is { } argument && Apply(argument, edits))
            {
                return edits;
            }

            changeBuilder(edits, creation);
        }
        else if (SessionText.At(token, model, cancellationToken) is { } text)
        {
            Apply(text, edits);
        }

        return edits;
    }

    private bool Apply(SessionText text, TextEdits edits)
    {
        var parsed = ConnectionStringText.Parse(text.Content);
        return change(parsed, text.Content) is { } made
            && (made.Span.Length == 0 ? text.Insert(edits, made.Span.Start, made.Text) : text.Replace(edits, made.Span, made.Text));
    }

    private async Task RegisterAsync(CodeFixContext context, AdditionalDocument file, Diagnostic diagnostic)
    {
        var text = await file.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        var place = diagnostic.Location.SourceSpan;
        if (ConfigFile.Of(file.FilePath ?? file.Name, text)?.Values.FirstOrDefault(v => v.PositionOf(0) <= place.Start && place.End <= v.PositionOf(v.Value.Length)) is not { } value
            || change(ConnectionStringText.Parse(value.Value), value.Value) is not { } made)
        {
            return;
        }

        var span = TextSpan.FromBounds(value.PositionOf(made.Span.Start), value.PositionOf(made.Span.End));
        var changed = text.WithChanges(new TextChange(span, made.Text));
        Func<CancellationToken, Task<Solution>> create = _ => Task.FromResult(file.Project.Solution.WithAdditionalDocumentText(file.Id, changed));
        context.RegisterCodeFix(CodeAction.Create(title, create, key), diagnostic);
    }
}
