using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Models;

/// <summary>The public types and members of the real libraries, by the names that documentation ids have.</summary>
internal sealed class LibrarySymbols
{
    private static readonly Lazy<LibrarySymbols> OfEverything = new(() => new LibrarySymbols(
        CSharpCompilation.Create("Libraries", references: ReferenceSet.Everything.References)));

    private readonly List<INamedTypeSymbol> types = [];
    private readonly ILookup<string, INamedTypeSymbol> byName;
    private readonly ILookup<string, INamedTypeSymbol> byBase;

    private LibrarySymbols(Compilation compilation)
    {
        Compilation = compilation;
        Models = ModelSet.Create(compilation);
        AddTypes(compilation.GlobalNamespace);
        byName = types.ToLookup(SymbolNames.OfType);
        byBase = types.SelectMany(type => Ancestors(type).Select(ancestor => (Name: SymbolNames.OfType(ancestor), Type: type))).ToLookup(p => p.Name, p => p.Type);
    }

    public static LibrarySymbols Everything => OfEverything.Value;

    public Compilation Compilation { get; }

    public ModelSet Models { get; }

    public IEnumerable<INamedTypeSymbol> TypesNamed(string name) => byName[name];

    public INamedTypeSymbol Type(string name) => Assert.Single(TypesNamed(name));

    /// <summary>The members of that name which the type declares or inherits; <c>#ctor</c> for its constructors.</summary>
    public IReadOnlyList<ISymbol> Members(string id)
    {
        var dot = id.LastIndexOf('.');
        var name = id[(dot + 1)..];
        return [.. TypesNamed(id[..dot]).SelectMany(type => MembersOf(type, inherited: name != "#ctor")).Where(member => SymbolNames.OfMember(member) == name)];
    }

    /// <summary>Whether the pattern means any member of a library, of the type that it names or of one that derives from it.</summary>
    public bool IsAlive(ModelPattern pattern)
    {
        if (pattern.Kind == PatternKind.Attribute)
            return byName[pattern.Type].Any();

        var named = pattern.TypeIsGlob ? types.Where(type => pattern.MatchesType(SymbolNames.OfType(type))) : byName[pattern.Type].Concat(byBase[pattern.Type]);
        return named.Any(type => MembersOf(type, inherited: !pattern.Members.Contains("#ctor")).Any(pattern.MatchesMember));
    }

    private static IEnumerable<ISymbol> MembersOf(INamedTypeSymbol type, bool inherited) =>
        (inherited ? Ancestors(type).Prepend(type) : [type]).SelectMany(t => t.GetMembers()).Where(member => member.DeclaredAccessibility != Accessibility.Private);

    private static IEnumerable<INamedTypeSymbol> Ancestors(INamedTypeSymbol type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
            yield return current.OriginalDefinition;
        foreach (var contract in type.AllInterfaces)
            yield return contract.OriginalDefinition;
    }

    private void AddTypes(INamespaceSymbol space)
    {
        foreach (var type in space.GetTypeMembers())
            AddTypes(type);
        foreach (var inner in space.GetNamespaceMembers())
            AddTypes(inner);
    }

    private void AddTypes(INamedTypeSymbol type)
    {
        if (type.DeclaredAccessibility != Accessibility.Public)
            return;
        types.Add(type);
        foreach (var inner in type.GetTypeMembers())
            AddTypes(inner);
    }
}
