using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Puts the warning of a preview on a statement that a fix has added.</summary>
internal static class Warned
{
    private const string Lost = "What the context tracks before this unit is forgotten, changes that were not saved included.";

    public static async Task<Document> AtAsync(Document document, string statement, int behind, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var added = root?.DescendantNodes().OfType<ExpressionStatementSyntax>().FirstOrDefault(s => s.SpanStart >= behind && string.Equals(s.ToString(), statement, StringComparison.Ordinal));
        return added is null ? document : document.WithSyntaxRoot(root!.ReplaceNode(added, added.WithAdditionalAnnotations(WarningAnnotation.Create(Lost))));
    }

    /// <summary>The same for all statements of these texts.</summary>
    public static async Task<Document> AllAsync(Document document, IReadOnlyCollection<string> statements, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        return root is null ? document
            : document.WithSyntaxRoot(root.ReplaceNodes(root.DescendantNodes().OfType<ExpressionStatementSyntax>().Where(s => statements.Contains(s.ToString())), (_, s) => s.WithAdditionalAnnotations(WarningAnnotation.Create(Lost))));
    }
}
