using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// An advisory lock protects what PostgreSQL does not see: a call that runs under one is meant to. (The lock functions:
/// PostgreSQL documentation, "System Administration Functions", advisory locks.)
/// </summary>
internal static class AdvisoryLock
{
    public static bool IsTakenIn(IEnumerable<SyntaxNode> nodes) =>
        nodes.SelectMany(node => node.DescendantTokens())
            .Any(token => token.Parent is LiteralExpressionSyntax or InterpolatedStringTextSyntax
                && (Contains(token, "pg_advisory_") || Contains(token, "pg_try_advisory_")));

    private static bool Contains(SyntaxToken token, string text) => token.Text.IndexOf(text, StringComparison.OrdinalIgnoreCase) >= 0;
}
