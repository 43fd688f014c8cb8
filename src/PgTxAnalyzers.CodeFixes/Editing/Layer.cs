using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>What stands around a list of statements: a <c>using</c>, a <c>try</c> with its handlers, a plain block, a call that is given the list as a lambda.</summary>
/// <param name="Around">The whole statement.</param>
/// <param name="Open">The brace before the list: what stands from the beginning of the statement to here opens the layer.</param>
/// <param name="Close">The brace behind the list: what stands from here to the end of the statement closes it.</param>
internal sealed record Layer(StatementSyntax Around, SyntaxToken Open, SyntaxToken Close)
{
    public static Layer? Of(IReadOnlyList<StatementSyntax> list, StatementSyntax around) =>
        list[0].Parent is BlockSyntax block ? new Layer(around, block.OpenBraceToken, block.CloseBraceToken) : null;
}
