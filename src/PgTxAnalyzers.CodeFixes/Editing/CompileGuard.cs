using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// The last question before an action is offered: does the changed member compile, with no error or warning that it had not before, and are
/// all its comments and directives still there? Only the one member is bound, so the question is cheap enough for a light bulb; the whole file where a field or
/// a <c>using</c> is added to it.
/// </summary>
internal static class CompileGuard
{
    public static async Task<bool> AcceptsAsync(Document before, Document after, TextSpan place, CancellationToken cancellationToken)
    {
        var oldRoot = await before.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var newRoot = await after.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var oldModel = await before.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        var newModel = await after.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (oldRoot is null || newRoot is null || oldModel is null || newModel is null || !oldRoot.FullSpan.Contains(place))
        {
            return false;
        }

        var oldMember = Member(oldRoot, place.Start);
        var (from, to) = Changed(await before.GetTextAsync(cancellationToken).ConfigureAwait(false), await after.GetTextAsync(cancellationToken).ConfigureAwait(false));
        if (from <= oldMember.SpanStart || to > oldMember.FullSpan.End)
        {
            oldMember = oldRoot;
        }

        var newMember = oldMember == oldRoot ? newRoot : Member(newRoot, oldMember.SpanStart);
        return newMember.RawKind == oldMember.RawKind
            && (newMember == newRoot || newMember.SpanStart == oldMember.SpanStart)
            && NothingMissing(Ids(newRoot.SyntaxTree.GetDiagnostics(cancellationToken)), Ids(oldRoot.SyntaxTree.GetDiagnostics(cancellationToken)))
            && NothingMissing(Trivia(oldMember), Trivia(newMember))
            && NothingMissing(Complaints(newModel, newMember, cancellationToken), Complaints(oldModel, oldMember, cancellationToken));
    }

    /// <summary>The stretch of the old text in which all changes are.</summary>
    private static (int From, int To) Changed(SourceText before, SourceText after)
    {
        var changes = after.GetTextChanges(before);
        return changes.Count == 0 ? (int.MaxValue, 0) : (changes.Min(c => c.Span.Start), changes.Max(c => c.Span.End));
    }

    /// <summary>What a fix changes stays within one member; top-level statements count as one with their file.</summary>
    private static SyntaxNode Member(SyntaxNode root, int position) =>
        root.FindToken(position).Parent?.AncestorsAndSelf()
            .FirstOrDefault(node => node is MemberDeclarationSyntax and not GlobalStatementSyntax and not BaseTypeDeclarationSyntax and not BaseNamespaceDeclarationSyntax)
        ?? root;

    private static IEnumerable<string> Complaints(SemanticModel model, SyntaxNode member, CancellationToken cancellationToken) =>
        Ids(model.GetDiagnostics(member.Span, cancellationToken));

    /// <summary>An open <c>#region</c> is an error of the file's end, not of the member.</summary>
    private static IEnumerable<string> Ids(IEnumerable<Diagnostic> diagnostics) =>
        diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.Id);

    private static IEnumerable<string> Trivia(SyntaxNode member) =>
        member.DescendantTrivia(descendIntoTrivia: false)
            .Where(trivia => trivia.IsDirective || IsComment(trivia))
            .Select(trivia => trivia.ToString().Trim());

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia)
        || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
        || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
        || trivia.IsKind(SyntaxKind.MultiLineDocumentationCommentTrivia);

    /// <summary>Every element of the first is in the second, as often.</summary>
    private static bool NothingMissing(IEnumerable<string> first, IEnumerable<string> second)
    {
        var left = second.ToList();
        return first.All(left.Remove);
    }
}
