using System;
using static PgTxAnalyzers.Postgres.SqlCharacters;

namespace PgTxAnalyzers.Postgres;

/// <summary>
/// Cuts an SQL text into tokens by PostgreSQL's lexical rules, with Npgsql's named parameters on top.
/// The tokens cover the text without gap or overlap, nothing throws, what is not terminated reaches to the end of the text,
/// and the time is linear in the length of the text.
/// </summary>
/// <remarks>
/// The rules are those of the PostgreSQL documentation, "Lexical Structure". Two places go beyond it, because the texts here are
/// C# strings on their way to Npgsql: <c>@name</c> and <c>:name</c> are parameters, even right behind an operator (<c>id=@id</c>), and
/// <see cref="Hole"/> stands for content that is not known.
/// </remarks>
internal struct SqlScanner
{
    /// <summary>Stands in a text for an unknown piece, e.g. an interpolation hole: the object replacement character.</summary>
    public const char Hole = '\uFFFC';

    private readonly string _text;
    private readonly bool _backslashEscapes;
    private int _position;

    // Up to here, the operator characters are known to be lone signs; see ScanOperator.
    private int _signsEnd;

    /// <param name="text">The text to read.</param>
    /// <param name="standardConformingStrings">The server's setting of that name; off makes a backslash an escape in plain strings.</param>
    public SqlScanner(string text, bool standardConformingStrings = true)
    {
        _text = text;
        _backslashEscapes = !standardConformingStrings;
        _position = 0;
        _signsEnd = 0;
    }

    /// <summary>The next token, trivia included; at the end <see cref="SqlTokenKind.EndOfText"/>, again and again.</summary>
    public SqlToken Next()
    {
        int start = _position;
        if (start >= _text.Length)
            return new SqlToken(SqlTokenKind.EndOfText, _text.Length, 0);

        var kind = Scan(start, out int end);
        _position = end;
        var word = kind == SqlTokenKind.Identifier ? SqlWords.Find(_text, start, end - start) : SqlWord.None;
        return new SqlToken(kind, start, end - start, word);
    }

    private SqlTokenKind Scan(int start, out int end)
    {
        char c = _text[start];
        if (IsWhiteSpace(c))
        {
            for (end = start + 1; end < _text.Length && IsWhiteSpace(_text[end]);)
                end++;
            return SqlTokenKind.WhiteSpace;
        }

        if (IsIdentifierStart(c))
            return ScanWord(start, c, out end);
        if (IsDigit(c) || (c == '.' && IsDigit(At(start + 1))))
            return ScanNumber(start, out end);

        end = start + 1;
        switch (c)
        {
            case '\'':
                end = EndOfString(end, _backslashEscapes);
                return SqlTokenKind.String;
            case '"':
                end = EndOfQuotedIdentifier(end);
                return SqlTokenKind.QuotedIdentifier;
            case '$':
                return ScanDollar(start, out end);
            case '-' when At(end) == '-':
                end = EndOfLine(end);
                return SqlTokenKind.LineComment;
            case '/' when At(end) == '*':
                end = EndOfBlockComment(end + 1);
                return SqlTokenKind.BlockComment;
            case ':':
                return ScanColon(ref end);
            case '@' when IsParameterName(At(end)):
                end = EndOfParameterName(end);
                return SqlTokenKind.NamedParameter;
            case ';': return SqlTokenKind.Semicolon;
            case '(': return SqlTokenKind.OpenParenthesis;
            case ')': return SqlTokenKind.CloseParenthesis;
            case '[': return SqlTokenKind.OpenBracket;
            case ']': return SqlTokenKind.CloseBracket;
            case ',': return SqlTokenKind.Comma;
            case '.' when At(end) == '.':
                end++;
                return SqlTokenKind.Operator;
            case '.': return SqlTokenKind.Dot;
        }

        if (!IsOperator(c))
            return SqlTokenKind.Unknown;
        end = EndOfOperator(start);
        return SqlTokenKind.Operator;
    }

    /// <summary>A name, a key word, or a string with a letter in front.</summary>
    private SqlTokenKind ScanWord(int start, char c, out int end)
    {
        char next = At(start + 1);
        if (next == '\'')
        {
            switch (c)
            {
                case 'e' or 'E':
                    end = EndOfString(start + 2, backslash: true);
                    return SqlTokenKind.EscapeString;
                case 'n' or 'N':
                    end = EndOfString(start + 2, _backslashEscapes);
                    return SqlTokenKind.NationalString;
                case 'b' or 'B' or 'x' or 'X':
                    end = EndOfString(start + 2, backslash: false, doubling: false);
                    return SqlTokenKind.BitString;
            }
        }
        else if (next == '&' && c is 'u' or 'U')
        {
            switch (At(start + 2))
            {
                case '\'':
                    end = EndOfString(start + 3, backslash: false);
                    return SqlTokenKind.UnicodeString;
                case '"':
                    end = EndOfQuotedIdentifier(start + 3);
                    return SqlTokenKind.UnicodeIdentifier;
            }
        }

        end = EndOfWord(start, out bool hole);
        return hole ? SqlTokenKind.Hole : SqlTokenKind.Identifier;
    }

    private readonly int EndOfWord(int position, out bool hole)
    {
        hole = false;
        for (string text = _text; position < text.Length; position++)
        {
            if (!IsIdentifierPart(text[position]))
                break;
            hole |= text[position] == Hole;
        }

        return position;
    }

    private readonly SqlTokenKind ScanNumber(int start, out int end)
    {
        end = start;
        int radix = _text[start] != '0' ? 10 : At(start + 1) switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 10 };
        if (radix != 10 && EndOfDigits(start + 2, radix) is var digits && digits > start + 2)
        {
            end = digits;
        }
        else
        {
            end = EndOfDigits(end, 10);

            // "1..10" is a range in PL/pgSQL: the dots are not the number's.
            if (At(end) == '.' && At(end + 1) != '.')
                end = EndOfDigits(end + 1, 10);
            if (At(end) is 'e' or 'E')
            {
                int exponent = end + (At(end + 1) is '+' or '-' ? 2 : 1);
                if (IsDigit(At(exponent)))
                    end = EndOfDigits(exponent, 10);
            }
        }

        if (At(end) != Hole)
            return SqlTokenKind.Number;
        end = EndOfWord(end, out _);
        return SqlTokenKind.Hole;
    }

    /// <summary>Digits with single underscores between them; a prefix such as <c>0x</c> may be followed by one too.</summary>
    private readonly int EndOfDigits(int position, int radix)
    {
        while (true)
        {
            if (IsDigit(At(position), radix))
                position++;
            else if (At(position) == '_' && IsDigit(At(position + 1), radix))
                position += 2;
            else
                return position;
        }
    }

    /// <summary><c>$1</c>, <c>$$text$$</c>, <c>$tag$text$tag$</c>, or a stray dollar.</summary>
    private readonly SqlTokenKind ScanDollar(int start, out int end)
    {
        end = start + 1;
        if (IsDigit(At(end)) || At(end) == Hole)
        {
            while (IsDigit(At(end)) || At(end) == Hole)
                end++;
            return SqlTokenKind.PositionalParameter;
        }

        int tag = end;
        if (IsIdentifierStart(At(tag)))
        {
            while (At(tag) != '$' && IsIdentifierPart(At(tag)))
                tag++;
        }

        if (At(tag) != '$')
            return SqlTokenKind.Unknown;

        // A delimiter has its dollars at both ends and nowhere else, so occurrences of its beginning cannot overlap: the search is linear.
        string delimiter = _text.Substring(start, tag + 1 - start);
        int close = _text.IndexOf(delimiter, tag + 1, StringComparison.Ordinal);
        end = close < 0 ? _text.Length : close + delimiter.Length;
        return SqlTokenKind.DollarString;
    }

    /// <summary><c>::</c> is a cast, <c>:=</c> an operator, <c>:name</c> a parameter; <c>[1:2]</c> has a plain colon.</summary>
    private readonly SqlTokenKind ScanColon(ref int end)
    {
        char next = At(end);
        if (next == ':')
        {
            end++;
            return SqlTokenKind.Cast;
        }

        if (next == '=')
        {
            end++;
            return SqlTokenKind.Operator;
        }

        if (!IsParameterName(next) || IsDigit(next))
            return SqlTokenKind.Colon;
        end = EndOfParameterName(end);
        return SqlTokenKind.NamedParameter;
    }

    private readonly int EndOfParameterName(int position)
    {
        while (IsParameterName(At(position)))
            position++;
        return position;
    }

    /// <summary>
    /// The longest run of operator characters, cut before a comment or a parameter. An operator of several characters ends in + or -
    /// only if it has a character that no standard operator has: "=-" is two operators, "@-" is one.
    /// </summary>
    private int EndOfOperator(int start)
    {
        // After a run was cut behind its first characters, what is left of it are signs; without the mark, each would look over the rest again.
        if (start < _signsEnd)
            return start + 1;

        int end = start;
        int unsigned = start + 1;
        bool special = false;
        for (; IsOperator(At(end)); end++)
        {
            char c = _text[end];
            char next = At(end + 1);
            if (end > start && ((c == '-' && next == '-') || (c == '/' && next == '*') || (c == '@' && _text[end - 1] != '@' && IsParameterName(next))))
                break;
            special |= c is '~' or '!' or '@' or '#' or '^' or '&' or '|' or '`' or '?' or '%';
            if (c is not ('+' or '-'))
                unsigned = end + 1;
        }

        if (special)
            return end;
        _signsEnd = end;
        return unsigned;
    }

    /// <summary>
    /// The end of a quoted string whose body begins at <paramref name="position"/>. A string goes on in the next quotes when only white space with
    /// a line break, and line comments, are between.
    /// </summary>
    private readonly int EndOfString(int position, bool backslash, bool doubling = true)
    {
        while (position < _text.Length)
        {
            char c = _text[position++];
            if (c == '\\' && backslash)
            {
                position++;
            }
            else if (c == '\'')
            {
                if (doubling && At(position) == '\'')
                    position++;
                else if (Continuation(position) is var next && next > 0)
                    position = next;
                else
                    return position;
            }
        }

        return _text.Length;
    }

    /// <summary>Where the continued string's body begins, or 0.</summary>
    private readonly int Continuation(int position)
    {
        bool line = false;
        while (position < _text.Length)
        {
            char c = _text[position];
            if (c is '\n' or '\r')
                line = true;
            else if (c == '-' && At(position + 1) == '-')
                position = EndOfLine(position) - 1;
            else if (!IsWhiteSpace(c))
                return line && c == '\'' ? position + 1 : 0;
            position++;
        }

        return 0;
    }

    private readonly int EndOfQuotedIdentifier(int position)
    {
        while (position < _text.Length)
        {
            if (_text[position++] != '"')
                continue;
            if (At(position) != '"')
                return position;
            position++;
        }

        return _text.Length;
    }

    private readonly int EndOfLine(int position)
    {
        while (position < _text.Length && _text[position] is not ('\n' or '\r'))
            position++;
        return position;
    }

    private readonly int EndOfBlockComment(int position)
    {
        for (int depth = 1; position < _text.Length; position++)
        {
            char next = At(position + 1);
            if (_text[position] == '/' && next == '*')
            {
                depth++;
                position++;
            }
            else if (_text[position] == '*' && next == '/')
            {
                position++;
                if (--depth == 0)
                    return position + 1;
            }
        }

        return _text.Length;
    }

    private readonly char At(int position) => position < _text.Length ? _text[position] : '\0';
}
