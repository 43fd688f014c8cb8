using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>What a pattern picks: methods by name, every method of a type, a property, or methods that carry an attribute.</summary>
internal enum PatternKind : byte
{
    /// <summary><c>M:</c> methods and (as <c>#ctor</c>) constructors.</summary>
    Method,

    /// <summary><c>T:</c> every method of the type and of the types that derive from it or implement it.</summary>
    Type,

    /// <summary><c>N:</c> every method of every type in the namespace and those below it.</summary>
    Namespace,

    /// <summary><c>P:</c> properties.</summary>
    Property,

    /// <summary><c>A:</c> methods without a body that carry the attribute or one that derives from it.</summary>
    Attribute,
}

/// <summary>A documentation id with <c>*</c>, as docs/configuration.md describes it. Made by <see cref="ModelParser"/> only.</summary>
internal sealed class ModelPattern
{
    public ModelPattern(string text, PatternKind kind, string type, ImmutableArray<string> members, string? parameters, string? returns)
    {
        Text = text;
        Kind = kind;
        Type = type;
        Members = members;
        Parameters = parameters;
        Returns = returns;
        TypeIsGlob = kind == PatternKind.Namespace || Glob.IsGlob(type);
        Root = RootOf(kind, type);
        Rank = RankOf();
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    public PatternKind Kind { get; }

    /// <summary>The type's (attribute's, namespace's) full name, perhaps with stars.</summary>
    public string Type { get; }

    public bool TypeIsGlob { get; }

    /// <summary>The names of the members that are meant, each perhaps with stars; empty where all are.</summary>
    public ImmutableArray<string> Members { get; }

    /// <summary>The parameter list that is meant, perhaps with stars; null for any.</summary>
    public string? Parameters { get; }

    /// <summary>The return type that is meant, perhaps with stars; null for any.</summary>
    public string? Returns { get; }

    /// <summary>The first part of the name, by which lines with a star in the type are found; "*" when that part has one itself.</summary>
    public string Root { get; }

    /// <summary>How narrow the pattern is. Of two that fit the same member on the same type, the higher decides.</summary>
    public int Rank { get; }

    public bool MatchesType(string fullName) => Kind switch
    {
        PatternKind.Namespace => fullName.Length > Type.Length + 1 && fullName[Type.Length] == '.' && fullName.StartsWith(Type, StringComparison.Ordinal),
        _ => TypeIsGlob ? Glob.Matches(Type, fullName) : Type == fullName,
    };

    /// <summary>Whether the member is meant, given that its type is.</summary>
    public bool MatchesMember(ISymbol member) => Kind switch
    {
        PatternKind.Attribute => true,
        PatternKind.Property => member is IPropertySymbol && MatchesName(member.Name) && MatchesSignature(member),
        PatternKind.Method => member is IMethodSymbol && MatchesName(SymbolNames.OfMember(member)) && MatchesSignature(member),
        PatternKind.Type when member is IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } => !TypeIsGlob,
        _ => member is IMethodSymbol { MethodKind: MethodKind.Ordinary } && !IsOfEveryObject(member.Name) && member.Name is not ("Dispose" or "DisposeAsync"),
    };

    private bool MatchesName(string name)
    {
        foreach (var pattern in Members)
        {
            if (!Glob.IsGlob(pattern) ? pattern == name : name != "#ctor" && !IsOfEveryObject(name) && Glob.Matches(pattern, name))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesSignature(ISymbol member) =>
        (Parameters is null || Glob.Matches(Parameters, SymbolNames.ParametersOf(member)))
        && (Returns is null || Glob.Matches(Returns, SymbolNames.ReturnOf(member)));

    // A star means what a type adds, never what every object has.
    private static bool IsOfEveryObject(string name) => name is "ToString" or "Equals" or "GetHashCode" or "GetType" or "ReferenceEquals" or "MemberwiseClone";

    private int RankOf()
    {
        var rank = TypeIsGlob ? 0 : 100;
        if (!Members.IsEmpty)
        {
            rank += !Members.Any(Glob.IsGlob) ? 30 : !Members.Contains("*") ? 20 : 10;
        }

        rank += (Parameters is null ? 0 : 5) + (Returns is null ? 0 : 5);

        // Of two with a star in the type, the longer name is the narrower one.
        return (rank * 1000) + (TypeIsGlob ? Math.Min(Type.Length, 999) : 0);
    }

    private static string RootOf(PatternKind kind, string type)
    {
        var dot = type.IndexOf('.');
        var first = dot < 0 ? type : type.Substring(0, dot);
        return Glob.IsGlob(first) ? "*" : dot >= 0 || kind == PatternKind.Namespace ? first : "";
    }
}
