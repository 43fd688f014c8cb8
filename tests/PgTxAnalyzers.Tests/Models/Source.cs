using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Models;

/// <summary>Source code, asked what the models say of its members and of those of the libraries that it sees.</summary>
internal sealed class Source
{
    public Source(string text, ReferenceSet? references = null)
    {
        var code = TestCode.Of(text);
        Compilation = (references is null ? code : code.WithReferences(references)).Compile();
    }

    public Compilation Compilation { get; }

    public ModelSet Models(params string[] userLines) => ModelSet.Create(Compilation, userLines.Select(Line));

    public INamedTypeSymbol Type(string name)
    {
        var types = Compilation.GetTypesByMetadataName(name);
        return types.FirstOrDefault(type => !type.DeclaringSyntaxReferences.IsEmpty) ?? types.First();
    }

    /// <summary>The one fact of all overloads that the type declares.</summary>
    public string Fact(string member, string? receiver = null, params string[] userLines)
    {
        var models = Models(userLines);
        return Assert.Single(Members(member).Select(symbol => models.Find(symbol, receiver is null ? null : Type(receiver)).ToString()).Distinct());
    }

    /// <summary>The facts of the overloads in the order of the source.</summary>
    public IEnumerable<string> Facts(string member) => Members(member).Select(symbol => Models().Find(symbol).ToString());

    public IEnumerable<ISymbol> Members(string member)
    {
        var dot = member.LastIndexOf('.');
        return Type(member[..dot]).GetMembers(member[(dot + 1)..]);
    }

    private static ModelLine Line(string text)
    {
        var line = ModelParser.ParseLine(text, fromUser: true, out var error);
        Assert.Null(error);
        return line!;
    }
}
