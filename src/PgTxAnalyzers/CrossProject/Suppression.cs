using System;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CrossProject;

/// <summary>Whether somebody has said at one end that a rule is to be silent: the compiler applies that to findings, and an obligation is none yet.</summary>
internal static class Suppression
{
    public static bool IsSuppressed(Compilation compilation, SyntaxNode at, ISymbol? symbol, string rule, CancellationToken cancellation) =>
        IsOff(compilation, at.SyntaxTree, rule, cancellation) || IsDisabled(at, rule) || HasAttribute(symbol, rule);

    private static bool IsOff(Compilation compilation, SyntaxTree tree, string rule, CancellationToken cancellation) =>
        (compilation.Options.SpecificDiagnosticOptions.TryGetValue(rule, out var level) && level == ReportDiagnostic.Suppress)
        || (compilation.Options.SyntaxTreeOptionsProvider is { } provider
            && (provider.TryGetDiagnosticValue(tree, rule, cancellation, out var inFile) ? inFile == ReportDiagnostic.Suppress
                : provider.TryGetGlobalDiagnosticValue(rule, cancellation, out var everywhere) && everywhere == ReportDiagnostic.Suppress));

    /// <summary>The last <c>#pragma warning</c> before the place that is about the rule.</summary>
    private static bool IsDisabled(SyntaxNode at, string rule)
    {
        var root = at.SyntaxTree.GetRoot();
        if (!root.ContainsDirectives)
        {
            return false;
        }

        var disabled = false;
        for (var directive = root.GetFirstDirective(); directive is not null && directive.SpanStart < at.SpanStart; directive = directive.GetNextDirective())
        {
            if (directive is PragmaWarningDirectiveTriviaSyntax { IsActive: true } pragma
                && (pragma.ErrorCodes.Count == 0 || pragma.ErrorCodes.Any(c => c is IdentifierNameSyntax id && string.Equals(id.Identifier.ValueText, rule, StringComparison.OrdinalIgnoreCase))))
            {
                disabled = pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword);
            }
        }

        return disabled;
    }

    private static bool HasAttribute(ISymbol? symbol, string rule)
    {
        for (var s = symbol; s is not null and not INamespaceSymbol; s = s.ContainingSymbol)
        {
            if (s.GetAttributes().Any(a => a is { AttributeClass.Name: "SuppressMessageAttribute", ConstructorArguments: { Length: 2 } arguments }
                && arguments[1].Value is string id && (id == rule || id.StartsWith(rule + ":", StringComparison.Ordinal))))
            {
                return true;
            }
        }

        return false;
    }
}
