using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Commands that count further each time they are committed (<see cref="SqlRepetition.AddsUp"/>). The reply to a commit may be lost with its connection: a retry for lost connections would then count twice,
/// and nobody would see it.
/// </summary>
internal sealed class AddedUp
{
    private readonly SqlSinks sinks;
    private readonly CodeTextReader reader;

    public AddedUp(RetryContext context, CancellationToken cancellationToken)
    {
        var bodies = context.Compilation.Bodies;
        (sinks, reader) = (new SqlSinks(context.Compilation, Model, cancellationToken), new CodeTextReader(Model, cancellationToken));

        SemanticModel? Model(SyntaxTree tree) => bodies.Sources.Any(source => source.ContainsSyntaxTree(tree)) ? bodies.Model(tree) : null;
    }

    /// <summary>One of the nodes gives such a text to a command.</summary>
    public bool IsIn(IEnumerable<SyntaxNode> nodes) => nodes
        .Where(node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or AssignmentExpressionSyntax or ConstructorInitializerSyntax)
        .SelectMany(sinks.Of).Any(sink => SqlRepetition.AddsUp(reader.Read(sink.Sql).Content));
}
