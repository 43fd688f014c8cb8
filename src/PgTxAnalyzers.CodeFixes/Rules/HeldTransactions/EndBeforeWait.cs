using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// The back-off of a retry stands in a handler, and the transaction, whose unit has failed, is still open around it. It ends with <c>Dispose</c>, which rolls back and never
/// throws (Npgsql documentation, "Transactions"); the <c>using</c> that disposes of it again later does nothing.
/// </summary>
internal static class EndBeforeWait
{
    public static async Task<TextEdits?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (!HeldCall.IsOurs(diagnostic) || root is null || model is null
            || root.FindSpan(diagnostic.Location.SourceSpan) is not { } wait
            || root.FindSpan(diagnostic.AdditionalLocations[0].SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } begin
            || Region.Find(begin, model, cancellationToken) is not { } region
            || wait.ListStatement() is not { } statement || statement.Parent is not BlockSyntax { Parent: CatchClauseSyntax handler } block
            || wait.EnclosingFunction() != begin.EnclosingFunction())
        {
            return null;
        }

        var facts = new FactSource(model, cancellationToken);
        var isUsedLater = block.Statements.SkipWhile(other => other != statement).Skip(1).Concat(Behind((TryStatementSyntax)handler.Parent!, begin)).Any(other => facts.UsesRegion(other, region));
        var lines = new SourceLines(root, await document.GetTextAsync(cancellationToken).ConfigureAwait(false));
        if (isUsedLater || handler.Parent!.Span.Contains(begin.Span) || !lines.OwnsItsLines(statement, startOnly: true) || Held(region, model, cancellationToken) is not { } held)
        {
            return null;
        }

        var line = lines.LineOf(statement.SpanStart);
        var edits = new TextEdits();
        edits.Insert(lines.Text.Lines[lines.FirstLine(statement)].Start, lines.Indentation(line) + Dispose(held, statement, model) + lines.LineEnd(line));
        return edits;
    }

    /// <summary>The statements that come to run behind the handler before what the region stands in ends.</summary>
    private static System.Collections.Generic.IEnumerable<StatementSyntax> Behind(TryStatementSyntax attempt, ExpressionSyntax begin)
    {
        for (StatementSyntax? current = attempt; current is not null && !current.Contains(begin); current = current.Parent?.FirstAncestorOrSelf<StatementSyntax>(node => node.IsInList()))
        {
            foreach (var sibling in current.Siblings().SkipWhile(other => other != current).Skip(1))
            {
                yield return sibling;
            }

            if (current.Siblings().Any(sibling => sibling.Contains(begin)))
            {
                yield break;
            }
        }
    }

    /// <summary>The connection that this method opened, which takes the transaction with it, else the transaction. Only what a <c>using</c> will dispose of anyway.</summary>
    private static ISymbol? Held(Region region, SemanticModel model, CancellationToken cancellationToken)
    {
        var isOwn = region.Connection is ILocalSymbol { Type: var type } && !DataLibrary.IsContextType(type) && region.ConnectionStatement is { } opening && IsUsing(opening);
        return isOwn ? region.Connection : region.Transaction is ILocalSymbol && IsUsing(region.BeginStatement) ? region.Transaction : null;
    }

    private static bool IsUsing(StatementSyntax statement) => statement is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 };

    private static string Dispose(ISymbol held, StatementSyntax statement, SemanticModel model)
    {
        var isAsync = statement.EnclosingFunction() is { } function && function.ChildTokens().Any(token => token.IsKind(SyntaxKind.AsyncKeyword));
        var canAsync = model.Compilation.GetTypeByMetadataName("System.IAsyncDisposable") is { } face
            && ((ILocalSymbol)held).Type is var type && (type.AllInterfaces.Contains(face, SymbolEqualityComparer.Default) || SymbolEqualityComparer.Default.Equals(type, face));
        return isAsync && canAsync ? $"await {held.Name}.DisposeAsync();" : $"{held.Name}.Dispose();";
    }
}
