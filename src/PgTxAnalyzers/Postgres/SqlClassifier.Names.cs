using System.Text;

namespace PgTxAnalyzers.Postgres;

// Names and literals.
internal sealed partial class SqlClassifier
{
    /// <summary>Reads a name with its qualifiers and moves behind it. Null where a part is not known.</summary>
    private string? ReadName(ref int index)
    {
        var name = new StringBuilder();
        bool known = true;
        while (_tokens[index].IsName)
        {
            string? part = NameAt(index++);
            known &= part != null;
            name.Append(part);
            if (_tokens.KindAt(index) != SqlTokenKind.Dot)
                break;
            name.Append('.');
            index++;
        }

        return known && name.Length > 0 ? name.ToString() : null;
    }

    /// <summary>One part of a name, without its quotes. An unquoted one keeps its case, for the reader of a message.</summary>
    private string? NameAt(int index)
    {
        var token = _tokens[index];
        string text = _tokens.TextOf(token);
        if (text.IndexOf(SqlScanner.Hole) >= 0)
            return null;
        return token.Kind switch
        {
            SqlTokenKind.Identifier => text,
            SqlTokenKind.QuotedIdentifier => InsideQuotes(text, 1),
            SqlTokenKind.UnicodeIdentifier when text.IndexOf('\\') < 0 => InsideQuotes(text, 3),
            _ => null,
        };
    }

    private static string InsideQuotes(string text, int start)
    {
        int end = text.Length > start && text[text.Length - 1] == '"' ? text.Length - 1 : text.Length;
        return text.Substring(start, end - start).Replace("\"\"", "\"");
    }

    /// <summary>The value of a literal or a single word; null where it is neither, or not known.</summary>
    private string? ValueAt(int index)
    {
        var token = _tokens[index];
        if (token.Length == 0 || _tokens.Text.IndexOf(SqlScanner.Hole, token.Start, token.Length) >= 0)
            return null;
        string text = _tokens.TextOf(token);
        bool escapes = text.IndexOf('\\') >= 0;
        switch (token.Kind)
        {
            case SqlTokenKind.Number:
                return text;
            case SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.UnicodeIdentifier:
                return NameAt(index);
            case SqlTokenKind.String:
            case SqlTokenKind.EscapeString or SqlTokenKind.UnicodeString or SqlTokenKind.NationalString when !escapes:
                return Unquoted(text);
            case SqlTokenKind.DollarString:
                int tag = text.IndexOf('$', 1) + 1;
                return text.Length >= 2 * tag ? text.Substring(tag, text.Length - (2 * tag)) : text.Substring(tag);
            default:
                return null;
        }
    }

    private static readonly char[] LineBreaks = { '\n', '\r' };

    /// <summary>What the quotes of a string hold, with all its continuations.</summary>
    private static string Unquoted(string text)
    {
        var value = new StringBuilder(text.Length);
        bool inside = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\'')
            {
                if (inside)
                    value.Append(text[i]);
                else if (text[i] == '-')
                    i = text.IndexOfAny(LineBreaks, i);
            }
            else if (inside && i + 1 < text.Length && text[i + 1] == '\'')
            {
                value.Append('\'');
                i++;
            }
            else
            {
                inside = !inside;
            }
        }

        return value.ToString();
    }
}
