using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Which bodies can matter to a caller's transaction, by words alone: those that mention a name of a library that can, those that
/// mention the name of such a body, and those that are given a delegate. No binding, rather too many than too few.
/// </summary>
internal static class BodyWords
{
    /// <param name="names">Of the libraries, and of what references export.</param>
    /// <param name="rounds">How many calls a name may be away.</param>
    public static List<SyntaxNode> Relevant(Compilation compilation, IEnumerable<string> names, int rounds, CancellationToken cancellation)
    {
        var relevant = new HashSet<int>(names.Select(TreeWords.Hash));
        var bodies = compilation.SyntaxTrees.SelectMany(t => Bodies(t, relevant, cancellation)).ToList();
        var found = new List<SyntaxNode>();
        for (var round = 0; round <= rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var fresh = bodies.Where(b => b.TakesDelegate || b.Words.Any(relevant.Contains)).ToList();
            if (fresh.Count == 0)
            {
                break;
            }

            bodies.RemoveAll(b => b.TakesDelegate || b.Words.Any(relevant.Contains));
            foreach (var body in fresh)
            {
                found.Add(body.Declaration);
                if (body.Name is { } name)
                {
                    relevant.Add(TreeWords.Hash(name));
                }
            }
        }

        return found;
    }

    private static IEnumerable<Body> Bodies(SyntaxTree tree, HashSet<int> seeds, CancellationToken cancellation)
    {
        var text = tree.GetText(cancellation);
        var root = tree.GetRoot(cancellation);
        foreach (var declaration in NameIndex.Declarations(root))
        {
            yield return new Body(declaration, Wrapping.NameOf(declaration), Words(text, declaration.Span), TakesDelegate(declaration));
        }

        // A client whose members are attributes only ([Get("/orders")]) is called by their names.
        foreach (var method in root.DescendantNodes(n => n is not StatementSyntax and not BaseMethodDeclarationSyntax).OfType<InterfaceDeclarationSyntax>().SelectMany(i => i.Members).OfType<MethodDeclarationSyntax>())
        {
            if (method.AttributeLists.Count > 0)
            {
                seeds.Add(TreeWords.Hash(method.Identifier.ValueText));
            }
        }
    }

    private static bool TakesDelegate(SyntaxNode declaration) =>
        declaration is BaseMethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } && parameters.Any(p => IsDelegate(p.Type));

    private static bool IsDelegate(TypeSyntax? type) => type switch
    {
        NullableTypeSyntax nullable => IsDelegate(nullable.ElementType),
        QualifiedNameSyntax qualified => IsDelegate(qualified.Right),
        SimpleNameSyntax { Identifier.ValueText: var name } => name is "Func" or "Action" || name.EndsWith("Delegate", StringComparison.Ordinal) || name.EndsWith("Handler", StringComparison.Ordinal),
        _ => false,
    };

    private static int[] Words(SourceText text, TextSpan span)
    {
        var words = new HashSet<int>();
        TreeWords.Scan(text, span, words);
        return words.ToArray();
    }

    private readonly record struct Body(SyntaxNode Declaration, string? Name, int[] Words, bool TakesDelegate);
}
