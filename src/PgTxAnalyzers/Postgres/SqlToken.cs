namespace PgTxAnalyzers.Postgres;

/// <summary>The lexical kinds of PostgreSQL's SQL, as its documentation's chapter "Lexical Structure" has them.</summary>
internal enum SqlTokenKind : byte
{
    /// <summary>Behind the last character. Also what a reader sees when it looks past the end of a statement.</summary>
    EndOfText,
    WhiteSpace,
    LineComment,
    BlockComment,

    /// <summary>A key word or an unquoted name; PostgreSQL tells the two apart by position, so the scanner does not try.</summary>
    Identifier,

    /// <summary><c>"Name"</c>.</summary>
    QuotedIdentifier,

    /// <summary><c>U&amp;"Name"</c>.</summary>
    UnicodeIdentifier,

    /// <summary><c>'text'</c>, with its continuations on following lines.</summary>
    String,

    /// <summary><c>E'text'</c>.</summary>
    EscapeString,

    /// <summary><c>U&amp;'text'</c>.</summary>
    UnicodeString,

    /// <summary><c>N'text'</c>.</summary>
    NationalString,

    /// <summary><c>B'01'</c> or <c>X'1F'</c>.</summary>
    BitString,

    /// <summary><c>$$text$$</c> or <c>$tag$text$tag$</c>.</summary>
    DollarString,
    Number,

    /// <summary><c>$1</c>.</summary>
    PositionalParameter,

    /// <summary>Npgsql's <c>@name</c> and <c>:name</c>.</summary>
    NamedParameter,
    Operator,
    Cast,
    Semicolon,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Colon,

    /// <summary>Content that is not known when the text is read: an interpolation hole, with the letters that touch it.</summary>
    Hole,

    /// <summary>A character that PostgreSQL has no use for here.</summary>
    Unknown,
}

/// <summary>A stretch of the text. <see cref="Word"/> is set for an unquoted word that the readers know.</summary>
internal readonly struct SqlToken
{
    public SqlToken(SqlTokenKind kind, int start, int length, SqlWord word = SqlWord.None)
    {
        Start = start;
        Length = length;
        Kind = kind;
        Word = word;
    }

    public int Start { get; }

    public int Length { get; }

    public SqlTokenKind Kind { get; }

    public SqlWord Word { get; }

    public int End => Start + Length;

    /// <summary>White space and comments: between tokens, and nothing to a parser.</summary>
    public bool IsTrivia => Kind is SqlTokenKind.WhiteSpace or SqlTokenKind.LineComment or SqlTokenKind.BlockComment;

    /// <summary>Can be (a part of) the name of a relation, a setting, a channel.</summary>
    public bool IsName => Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.UnicodeIdentifier or SqlTokenKind.Hole;

    public bool IsString => Kind is >= SqlTokenKind.String and <= SqlTokenKind.NationalString or SqlTokenKind.DollarString;
}

/// <summary>A stretch of an SQL text, for a finding to point to.</summary>
internal readonly record struct SqlSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static SqlSpan Between(SqlToken first, SqlToken last) => new(first.Start, last.End - first.Start);
}
