using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The statements that have to keep together when a region begins later: the opening of its connection, the begin, the <c>using</c> of either.</summary>
internal sealed class Beginning
{
    private Beginning(ImmutableArray<StatementSyntax> statements) => Statements = statements;

    /// <summary>In order, all of one list.</summary>
    public ImmutableArray<StatementSyntax> Statements { get; }

    public static Beginning Of(HeldCall call, CancellationToken cancellationToken)
    {
        var region = call.Region;
        var list = call.Path.Rungs[call.Path.BeginRung].List;
        var begin = CallPath.Position(list, region.BeginStatement);
        if (region.IsScope)
        {
            return new Beginning(OpenedInScope(call));
        }

        var behind = list.Skip(begin + 1).TakeWhile(statement => region.IsUsingOf(statement, call.Model, cancellationToken));
        var statements = region.Opening.Add(region.BeginStatement).AddRange(behind);

        // Something else happens on the connection before the begin: only the begin can move.
        var first = CallPath.Position(list, statements[0]);
        return list.Skip(first).Take(begin - first).Any(statement => !statements.Contains(statement) && call.Facts.UsesRegion(statement, region))
            ? new Beginning(statements.RemoveRange(region.Opening))
            : new Beginning(statements);
    }

    public Beginning WithoutOpening(HeldCall call) => new(Statements.RemoveRange(call.Region.IsScope ? Statements : call.Region.Opening));

    /// <summary>
    /// A scope takes a connection when the first one is opened in it: that opening moves, and the scope stays.
    /// The last opening before the call is meant; an earlier one has been used by then, or is the same case again.
    /// </summary>
    private static ImmutableArray<StatementSyntax> OpenedInScope(HeldCall call)
    {
        var rung = call.Path.Rungs[0];
        for (var index = rung.Index - 1; index >= 0; index--)
        {
            if (rung.List[index] is LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1 } declaration
                && call.Model.GetDeclaredSymbol(declaration.Declaration.Variables[0]) is ILocalSymbol local
                && DataLibrary.IsDataType(local.Type) && local.Type.Name.EndsWith("Connection", System.StringComparison.Ordinal))
            {
                var opened = rung.List.Skip(index + 1).Take(rung.Index - index - 1)
                    .Where(statement => statement is ExpressionStatementSyntax && call.Facts.Of(statement).Mentions.Contains(local));
                return opened.Aggregate(ImmutableArray.Create<StatementSyntax>(declaration), (all, statement) => all.Add(statement));
            }
        }

        return ImmutableArray<StatementSyntax>.Empty;
    }
}
