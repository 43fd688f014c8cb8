using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The texts that a node gives to a command, as far as they are known; in any file of the sources in sight.</summary>
internal sealed class SqlTexts
{
    private readonly SqlSinks sinks;
    private readonly CodeTextReader reader;

    public SqlTexts(RetryContext context, CancellationToken cancellationToken)
    {
        var bodies = context.Compilation.Bodies;
        (sinks, reader) = (new SqlSinks(context.Compilation, Model, cancellationToken), new CodeTextReader(Model, cancellationToken));

        SemanticModel? Model(SyntaxTree tree) => bodies.Sources.Any(source => source.ContainsSyntaxTree(tree)) ? bodies.Model(tree) : null;
    }

    public IEnumerable<string> Of(SyntaxNode node) =>
        node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or AssignmentExpressionSyntax or ConstructorInitializerSyntax ? sinks.Of(node).Select(sink => reader.Read(sink.Sql).Content) : [];
}
