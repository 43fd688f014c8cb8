using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>Finds the calls of a few names in all source in sight. The words of a file decide whether it is looked into at all.</summary>
internal static class WordSearch
{
    public static IEnumerable<(InvocationExpressionSyntax Call, string Name, SemanticModel Model)> Calls(BodyCatalog bodies, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var hashes = names.Select(TreeWords.Hash).ToArray();
        foreach (var tree in bodies.Sources.SelectMany(c => c.SyntaxTrees))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(hashes))
            {
                continue;
            }

            foreach (var call in tree.GetRoot(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (CalledName.Of(call) is { } name && names.Contains(name))
                {
                    yield return (call, name, bodies.Model(tree));
                }
            }
        }
    }
}
