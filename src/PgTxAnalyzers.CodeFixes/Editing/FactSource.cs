using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The facts of statements of one document, each computed once for one look at the light bulb.</summary>
internal sealed class FactSource(SemanticModel model, CancellationToken cancellationToken)
{
    private readonly CallReach _calls = new(model.Compilation, cancellationToken);
    private readonly Dictionary<SyntaxNode, CodeFacts> _known = [];

    public SemanticModel Model { get; } = model;

    public CodeFacts Of(SyntaxNode node)
    {
        if (!_known.TryGetValue(node, out var facts))
        {
            _known[node] = facts = CodeFacts.Of([node], Model, _calls, cancellationToken);
        }

        return facts;
    }

    public CodeFacts OfAll(IEnumerable<SyntaxNode> nodes) => CodeFacts.Of(nodes, Model, _calls, cancellationToken);

    /// <summary>True where a statement may run a command in the region, or in doubt.</summary>
    public bool UsesRegion(SyntaxNode node, Region region)
    {
        var facts = Of(node);
        return facts.UsesDatabase || region.IsNamedIn(facts) || MayShare(facts, region);
    }

    /// <summary>Code that is not in sight may use the region, unless only this method knows its connection.</summary>
    public static bool MayShare(CodeFacts facts, Region region) => (facts.Reach & Reach.Unknown) != 0 && !region.OwnsConnection;

    /// <summary>Code may be taken out of a <c>using</c> of database objects, out of a plain block, and out of a <c>try</c> that only ends the region.</summary>
    public bool CanLeave(StatementSyntax around, Region region) => around switch
    {
        TryStatementSyntax attempt => RollbackHandlers.OnlyEndTheRegion(attempt, region, Model, cancellationToken),
        UsingStatementSyntax held => Heads(held).All(head => Of(head).UsesDatabase || region.IsNamedIn(Of(head)) || head.Contains(region.Begin)),
        _ => around is BlockSyntax,
    };

    /// <summary>What the heads of stacked <c>using</c> statements evaluate.</summary>
    public static IEnumerable<ExpressionSyntax> Heads(UsingStatementSyntax statement)
    {
        for (var current = statement; current is not null; current = current.Statement as UsingStatementSyntax)
        {
            if (current.Expression is not null)
            {
                yield return current.Expression;
            }

            foreach (var variable in current.Declaration?.Variables ?? default)
            {
                if (variable.Initializer is not null)
                {
                    yield return variable.Initializer.Value;
                }
            }
        }
    }
}
