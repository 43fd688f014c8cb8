using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// The names of methods that may run a delegate again: the libraries', and those in source that take a delegate. Most lambdas are a query's; of them
/// nothing is bound.
/// </summary>
internal sealed class RunnerNames
{
    private static readonly string[] Libraries =
    {
        "Execute", "ExecuteAsync", "ExecuteInTransaction", "ExecuteInTransactionAsync", "ExecuteAndCapture", "ExecuteAndCaptureAsync", "ExecuteOutcomeAsync",
    };

    private static readonly int[] Delegates = { TreeWords.Hash("Func"), TreeWords.Hash("Action") };

    private readonly RetryContext context;
    private readonly object gate = new();
    private ImmutableHashSet<string>? names;

    public RunnerNames(RetryContext context) => this.context = context;

    public bool Has(ExpressionSyntax function, CancellationToken cancellation) =>
        function.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && CalledName.Of(call) is { } name && All(cancellation).Contains(name);

    private ImmutableHashSet<string> All(CancellationToken cancellation)
    {
        lock (gate)
        {
            return names ??= Libraries.Concat(InSource(cancellation)).ToImmutableHashSet(StringComparer.Ordinal);
        }
    }

    private IEnumerable<string> InSource(CancellationToken cancellation)
    {
        foreach (var tree in context.Compilation.Bodies.Sources.SelectMany(c => c.SyntaxTrees))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(Delegates))
            {
                continue;
            }

            foreach (var method in tree.GetRoot(cancellation).DescendantNodes(n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)).OfType<MethodDeclarationSyntax>())
            {
                if (method.ParameterList.Parameters.Any(p => p.Type is GenericNameSyntax { Identifier.ValueText: "Func" or "Action" } or IdentifierNameSyntax { Identifier.ValueText: "Action" }))
                {
                    yield return method.Identifier.ValueText;
                }
            }
        }
    }
}
