using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Finds the places that a diagnostic names, and the lists of statements around them.</summary>
internal static class SyntaxSearch
{
    /// <summary>The innermost node of a span, or null where the text has changed since the diagnostic was made.</summary>
    public static SyntaxNode? FindSpan(this SyntaxNode root, TextSpan span) =>
        root.FullSpan.Contains(span) ? root.FindNode(span, getInnermostNodeForTie: true) : null;

    /// <summary>The method, accessor, lambda or local function whose body a node stands in; the compilation unit for top-level statements.</summary>
    public static SyntaxNode? EnclosingFunction(this SyntaxNode node) => node.Ancestors().FirstOrDefault(IsFunction);

    public static bool IsFunction(SyntaxNode node) => node
        is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax
        or BasePropertyDeclarationSyntax or BaseFieldDeclarationSyntax or BaseTypeDeclarationSyntax or CompilationUnitSyntax;

    /// <summary>The function around it can await.</summary>
    public static bool IsInAsync(this SyntaxNode node) => node.EnclosingFunction() switch
    {
        AnonymousFunctionExpressionSyntax lambda => lambda.AsyncKeyword.RawKind != 0,
        LocalFunctionStatementSyntax local => local.Modifiers.Any(SyntaxKind.AsyncKeyword),
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
        CompilationUnitSyntax => true,
        _ => false,
    };

    /// <summary>True for a statement that stands in a list: only such a statement can be moved, or have one put before it.</summary>
    public static bool IsInList(this StatementSyntax statement) => statement.Parent is BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax;

    public static IReadOnlyList<StatementSyntax> Siblings(this StatementSyntax statement) => statement.Parent switch
    {
        BlockSyntax block => block.Statements,
        SwitchSectionSyntax section => section.Statements,
        GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } => unit.Members.OfType<GlobalStatementSyntax>().Select(global => global.Statement).ToList(),
        _ => [],
    };

    /// <summary>The innermost statement of a list that a node stands in, within one function.</summary>
    public static StatementSyntax? ListStatement(this SyntaxNode node)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
        {
            if (ancestor is StatementSyntax statement && statement.IsInList())
            {
                return statement;
            }

            if (IsFunction(ancestor))
            {
                return null;
            }
        }

        return null;
    }
}
