using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>
/// One file of code in two projects: a few of its types below, those that use them above. What belongs to the other project is blanked, so every line stays where it was.
/// </summary>
/// <param name="Name">The types above.</param>
internal sealed record Cut(string Name, string Lower, string Upper)
{
    /// <summary>
    /// The ways to cut a file: above is one of its types with all that lead to it, or its statements alone; below is the rest, which compiles by itself, and which what is above uses. Each once.
    /// </summary>
    public static IEnumerable<Cut> Of(TestCode code)
    {
        var compilation = code.Compile();
        var tree = compilation.SyntaxTrees.First();
        var root = tree.GetCompilationUnitRoot();
        var model = compilation.GetSemanticModel(tree);
        var types = root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<MemberDeclarationSyntax>().Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax).ToList();
        var statements = root.Members.OfType<GlobalStatementSyntax>().Cast<MemberDeclarationSyntax>().ToList();
        var owner = types.ToLookup(t => model.GetDeclaredSymbol(t)!, SymbolEqualityComparer.Default);
        var uses = types.Concat(statements).ToDictionary(m => m, m => m.DescendantNodes().OfType<SimpleNameSyntax>().SelectMany(n => Owners(model.GetSymbolInfo(n).Symbol))
            .Concat(m is TypeDeclarationSyntax ? owner[model.GetDeclaredSymbol(m)!] : []).ToHashSet());
        HashSet<string> seen = [];
        foreach (var start in types.Select(t => (IEnumerable<MemberDeclarationSyntax>)[t]).Append(statements).Where(s => s.Any()))
        {
            HashSet<MemberDeclarationSyntax> upper = [.. start, .. statements];
            for (var before = 0; before < upper.Count;)
            {
                before = upper.Count;
                upper.UnionWith(uses.Where(u => u.Value.Overlaps(upper)).Select(u => u.Key));
            }

            var lower = types.Where(t => !upper.Contains(t)).ToHashSet();
            var name = string.Join("+", upper.OrderBy(m => m.SpanStart).Select(NameOf).Distinct());
            if (lower.Count > 0 && upper.Any(u => uses[u].Overlaps(lower)) && seen.Add(name))
                yield return new Cut(name, Without(tree, upper), Without(tree, lower));
        }

        IEnumerable<MemberDeclarationSyntax> Owners(ISymbol? symbol)
        {
            for (var s = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol; s is not null; s = s.ContainingSymbol)
            {
                if (s is INamedTypeSymbol { ContainingType: null } type)
                    return owner[type.OriginalDefinition];
            }

            return [];
        }
    }

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
        DelegateDeclarationSyntax type => type.Identifier.ValueText,
        _ => "statements",
    };

    private static string Without(SyntaxTree tree, IEnumerable<MemberDeclarationSyntax> members)
    {
        var text = tree.ToString().ToCharArray();
        foreach (var member in members)
        {
            for (var i = member.SpanStart; i < member.Span.End; i++)
            {
                if (text[i] is not ('\r' or '\n'))
                    text[i] = ' ';
            }
        }

        return new string(text);
    }
}
