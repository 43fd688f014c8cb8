using System.Collections.Immutable;
using System.Text;

namespace PgTxAnalyzers.Postgres;

// The grammar of DbConnectionStringBuilder: key=value pairs, "==" for an equals sign in a key, values in either quotes, doubled inside.
internal sealed partial class ConnectionStringText
{
    /// <param name="text">The string, unknown pieces written as <see cref="SqlScanner.Hole"/>.</param>
    public static ConnectionStringText Parse(string text)
    {
        var entries = ImmutableArray.CreateBuilder<ConnectionStringEntry>();
        var parser = new Parser { Text = text };
        bool wellFormed = true;
        while (parser.SkipSeparators())
        {
            if (parser.ReadPair(out var entry))
            {
                if (entry != null)
                    entries.Add(entry);
            }
            else
            {
                wellFormed = false;
                break;
            }
        }

        return new ConnectionStringText(text, entries.ToImmutable(), wellFormed, parser.IsPartial);
    }

    private struct Parser
    {
        public string Text;
        public bool IsPartial;
        private int _position;

        public bool SkipSeparators()
        {
            while (_position < Text.Length && (Text[_position] == ';' || char.IsWhiteSpace(Text[_position])))
                _position++;
            return _position < Text.Length;
        }

        /// <summary>False where the text is not well-formed. No entry for a piece that is unknown as a whole.</summary>
        public bool ReadPair(out ConnectionStringEntry? entry)
        {
            entry = null;
            int start = _position;
            if (!ReadKey(out string key, out int keyEnd, out bool isPiece))
                return false;
            if (isPiece)
            {
                IsPartial = true;
                return true;
            }

            SkipWhiteSpace();
            int valueStart = _position;
            if (!ReadValue(out string value, out var valueSpan) || (_position > valueStart && HasControl(key)))
                return false;

            bool unknownKey = key.IndexOf(SqlScanner.Hole) >= 0;
            bool unknownValue = value.IndexOf(SqlScanner.Hole) >= 0;

            // A hole may hold separators too, unless quotes are around it: then it is a value.
            IsPartial |= unknownKey;
            var keyword = unknownKey ? null : ConnectionKeywords.Find(key);
            entry = new ConnectionStringEntry
            {
                Keyword = keyword,
                Key = key,
                Value = value.Length == 0 || unknownValue || keyword is { IsSecret: true } ? null : value,
                IsUnknown = unknownValue,
                IsEmpty = value.Length == 0,
                KeySpan = new SqlSpan(start, keyEnd - start),
                ValueSpan = valueSpan,
                Span = new SqlSpan(start, _position - start),
            };
            SkipWhiteSpace();
            return _position == Text.Length || Text[_position] == ';';
        }

        private void SkipWhiteSpace()
        {
            while (_position < Text.Length && char.IsWhiteSpace(Text[_position]))
                _position++;
        }

        /// <summary>A key may hold semicolons; a hole in front of one is a piece of a string, as in <c>{common};Port=6432</c>.</summary>
        private bool ReadKey(out string key, out int end, out bool isPiece)
        {
            var builder = new StringBuilder();
            bool hole = false;
            key = "";
            isPiece = false;
            end = _position;
            for (; _position < Text.Length; _position++)
            {
                char c = Text[_position];
                hole |= c == SqlScanner.Hole;
                if (c == '=')
                {
                    if (_position + 1 == Text.Length || Text[_position + 1] != '=')
                        break;
                    _position++;
                }
                else if (c == ';' && hole)
                {
                    isPiece = true;
                    return true;
                }
                else if (char.IsControl(c) && !char.IsWhiteSpace(c))
                {
                    return false;
                }

                builder.Append(c);
                if (!char.IsWhiteSpace(c))
                    end = _position + 1;
            }

            isPiece = hole && _position == Text.Length;
            key = builder.ToString().TrimEnd();
            return isPiece || (_position++ < Text.Length && key.Length > 0);
        }

        /// <summary>A line break or a tab may stand around a key, not in one.</summary>
        private static bool HasControl(string key)
        {
            foreach (char c in key)
            {
                if (char.IsControl(c))
                    return true;
            }

            return false;
        }

        private bool ReadValue(out string value, out SqlSpan span)
        {
            value = "";
            int start = _position;
            span = new SqlSpan(start, 0);
            if (_position == Text.Length)
                return true;
            char quote = Text[_position];
            return quote is '\'' or '"' ? ReadQuoted(quote, out value, out span) : ReadUnquoted(out value, out span);
        }

        private bool ReadQuoted(char quote, out string value, out SqlSpan span)
        {
            var builder = new StringBuilder();
            int start = ++_position;
            for (; _position < Text.Length; _position++)
            {
                char c = Text[_position];
                if (c == '\0')
                    break;
                if (c == quote)
                {
                    if (_position + 1 == Text.Length || Text[_position + 1] != quote)
                    {
                        value = builder.ToString();
                        span = new SqlSpan(start, _position++ - start);
                        return true;
                    }

                    _position++;
                }

                builder.Append(c);
            }

            value = "";
            span = new SqlSpan(start, 0);
            return false;
        }

        private bool ReadUnquoted(out string value, out SqlSpan span)
        {
            int start = _position;
            int end = start;
            for (; _position < Text.Length && Text[_position] != ';'; _position++)
            {
                char c = Text[_position];
                if (char.IsWhiteSpace(c))
                    continue;
                if (char.IsControl(c))
                    break;
                end = _position + 1;
            }

            if (_position == Text.Length || Text[_position] == ';')
                _position = end;
            value = Text.Substring(start, end - start);
            span = new SqlSpan(start, end - start);
            return value.Length == 0 || value[value.Length - 1] is not ('\'' or '"');
        }
    }
}
