using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.ConfigFiles;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>A connection string in the source or in a configuration file, or a builder of one, with all that it sets.</summary>
internal sealed class ConnectionSite
{
    private readonly System.Func<SqlSpan, Location?> locate;

    public ConnectionSite(ConnectionStringText text, Location whole, System.Func<SqlSpan, Location?> locate) => (Text, Whole, this.locate) = (text, whole, locate);

    public ConnectionStringText Text { get; }

    /// <summary>The literal, the builder's creation, or the value in the file.</summary>
    public Location Whole { get; }

    /// <summary>Null: a configuration file.</summary>
    public ExpressionSyntax? Node { get; init; }

    public bool IsInConfiguration => Node is null;

    /// <summary>The file that it stands in.</summary>
    public string Path => Whole.GetLineSpan().Path;

    /// <summary>The literals and builders that the string is a piece of are looked at themselves.</summary>
    public bool IsPiece { get; init; }

    /// <summary>Code that is not in sight may set more: the builder was given away.</summary>
    public bool IsOpenEnded { get; init; }

    public bool IsBuilder { get; init; }

    /// <summary>A test, or a design-time factory of EF Core, connects with it.</summary>
    public bool IsForTools { get; init; }

    /// <summary>The entry of a keyword where it stands; the whole where it is set elsewhere.</summary>
    public Location PlaceOf(ConnectionKeyword keyword) => Text.Find(keyword) is { } entry ? locate(entry.Span) ?? Whole : Whole;

    public static ConnectionSite Of(ConfigFile file, ConfigValue value, ConnectionStringText text, bool isForTools) =>
        new(text, value.Locate(file.Path, file.Text), span => value.Locate(file.Path, file.Text, span)) { IsForTools = isForTools };

    public static ConnectionSite Of(ExpressionSyntax whole, Location place, CodeText text, ConnectionStringText parsed, bool isPiece, bool isForTools) =>
        new(parsed, place, span => Within(whole, text.Locate(span))) { Node = whole, IsPiece = isPiece, IsForTools = isForTools };

    /// <summary>A constant of elsewhere may be a piece: the finding stays with the expression that it is a piece of.</summary>
    private static Location? Within(SyntaxNode whole, Location? found) =>
        found is not null && found.SourceTree == whole.SyntaxTree && whole.Span.Contains(found.SourceSpan) ? found : null;
}
