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
                var name = call.Expression switch
                {
                    MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
                    MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
                    SimpleNameSyntax simple => simple.Identifier.ValueText,
                    _ => "",
                };
                if (names.Contains(name))
                {
                    yield return (call, name, bodies.Model(tree));
                }
            }
        }
    }
}
