using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeTexts;

/// <summary>
/// A text that a program puts together, as far as it can be read: literals with their places, and <see cref="SqlScanner.Hole"/> for each part that only a run knows.
/// </summary>
internal sealed class CodeText
{
    private readonly ImmutableArray<Piece> pieces;

    private CodeText(string content, ImmutableArray<Piece> pieces) => (Content, this.pieces) = (content, pieces);

    public string Content { get; }

    /// <summary>Nothing of it is known.</summary>
    public bool IsUnknown => Content.Trim(SqlScanner.Hole).Length == 0 && Content.Length > 0;

    public bool IsConstant => Content.IndexOf(SqlScanner.Hole) < 0;

    /// <summary>Where a stretch of the text stands in the source: in one literal, or null.</summary>
    public Location? Locate(SqlSpan span)
    {
        foreach (var piece in pieces)
        {
            if (piece.Start <= span.Start && span.Start < piece.Start + piece.Length)
            {
                var last = System.Math.Min(span.End, piece.Start + piece.Length);
                return Location.Create(piece.Token.SyntaxTree!, TextSpan.FromBounds(piece.PositionOf(span.Start), System.Math.Max(piece.PositionOf(span.Start), piece.PositionOf(last))));
            }
        }

        return null;
    }

    /// <summary>The literal that the character at this place comes from.</summary>
    public SyntaxToken? TokenAt(int position)
    {
        foreach (var piece in pieces)
        {
            if (piece.Start <= position && position < piece.Start + piece.Length)
            {
                return piece.Token;
            }
        }

        return null;
    }

    /// <summary>A literal, at its place in the text.</summary>
    private readonly struct Piece
    {
        public Piece(int start, DecodedLiteral literal, SyntaxToken token) => (Start, this.literal, Token) = (start, literal, token);

        private readonly DecodedLiteral literal;

        public int Start { get; }

        public int Length => literal.Value.Length;

        public SyntaxToken Token { get; }

        public int PositionOf(int position) => literal.PositionOf(position - Start);
    }

    /// <summary>Puts a text together.</summary>
    internal sealed class Builder
    {
        /// <summary>Characters beyond which the rest is not read: no statement is that long.</summary>
        private const int MaxLength = 2_000_000;

        private readonly StringBuilder content = new();
        private readonly ImmutableArray<Piece>.Builder pieces = ImmutableArray.CreateBuilder<Piece>();

        public void Add(SyntaxToken token)
        {
            if (content.Length + token.Span.Length < MaxLength)
            {
                var literal = DecodedLiteral.Of(token);
                pieces.Add(new Piece(content.Length, literal, token));
                content.Append(literal.Value);
            }
            else
            {
                AddHole();
            }
        }

        /// <summary>A text that is known and stands in no literal: a number, a constant of another assembly.</summary>
        public void Add(string text) => content.Append(content.Length + text.Length < MaxLength ? text : SqlScanner.Hole.ToString());

        public void AddHole()
        {
            // Two unknown parts are one.
            if (content.Length == 0 || content[content.Length - 1] != SqlScanner.Hole)
            {
                content.Append(SqlScanner.Hole);
            }
        }

        public CodeText ToText() => new(content.ToString(), pieces.ToImmutable());
    }
}
