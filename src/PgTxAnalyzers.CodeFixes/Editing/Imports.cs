using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Makes the types of inserted code known by their short names: a <c>using</c> is added where there is none yet.</summary>
internal static class Imports
{
    /// <summary>False where a type is not referenced, or its short name means another one here.</summary>
    public static bool TryAdd(TextEdits edits, SemanticModel model, SyntaxNode place, SourceLines lines, params string[] types)
    {
        var missing = types.Where(type => !IsKnown(model, place, type)).ToList();
        if (missing.Any(type => model.Compilation.GetTypeByMetadataName(type) is null || Named(model, place, type).Any()))
        {
            return false;
        }

        foreach (var space in missing.Select(Space).Distinct().OrderBy(s => s, StringComparer.Ordinal))
        {
            Add(edits, (CompilationUnitSyntax)lines.Root, place, lines, space);
        }

        return true;
    }

    private static bool IsKnown(SemanticModel model, SyntaxNode place, string type) =>
        Named(model, place, type) is { Count: 1 } found && found[0] is INamedTypeSymbol named && named.ContainingNamespace.ToDisplayString() == Space(type);

    /// <summary>What the short name stands for, generic types of the same name aside.</summary>
    private static List<INamespaceOrTypeSymbol> Named(SemanticModel model, SyntaxNode place, string type) =>
        model.LookupNamespacesAndTypes(place.SpanStart, name: ShortName(type)).OfType<INamespaceOrTypeSymbol>().Where(s => s is not INamedTypeSymbol { Arity: > 0 }).ToList();

    private static string ShortName(string type) => type.Substring(type.LastIndexOf('.') + 1);

    private static string Space(string type) => type.Substring(0, type.LastIndexOf('.'));

    private static void Add(TextEdits edits, CompilationUnitSyntax root, SyntaxNode place, SourceLines lines, string space)
    {
        var own = place.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault(n => n.Usings.Count > 0)?.Usings;
        var usings = root.Usings.Count > 0 || own is null ? root.Usings : own.Value;
        var plain = usings.Where(u => u.Alias is null && u.StaticKeyword.RawKind == 0 && u.GlobalKeyword.RawKind == 0 && u.Name is not null).ToList();
        if (plain.Count == 0)
        {
            var first = lines.LineOf((usings.FirstOrDefault() ?? root.Members.FirstOrDefault() ?? (SyntaxNode)root).SpanStart);
            edits.Insert(lines.Text.Lines[first].Start, $"using {space};{lines.LineEnd(first)}" + (usings.Count == 0 ? lines.LineEnd(first) : ""));
            return;
        }

        var indentation = lines.Indentation(lines.LineOf(plain[0].SpanStart));
        var next = plain.FirstOrDefault(u => !IsSystem(u) && string.CompareOrdinal(u.Name!.ToString(), space) > 0 && !space.StartsWith("System", StringComparison.Ordinal));
        var line = lines.LineOf((next ?? plain[plain.Count - 1]).SpanStart);
        var text = $"{indentation}using {space};{lines.LineEnd(line)}";
        if (next is not null)
        {
            edits.Insert(lines.Text.Lines[line].Start, text);
        }
        else
        {
            lines.InsertBehind(edits, line, text);
        }
    }

    private static bool IsSystem(UsingDirectiveSyntax directive) => (directive.Name + ".").StartsWith("System.", StringComparison.Ordinal);
}
