using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Pooling;

/// <summary>
/// The string literals of a file that are worth a look: by one pass over its characters, without parsing. A position proves nothing; the syntax and the readers decide.
/// </summary>
internal sealed class TreeLiterals
{
    /// <summary>Per tree, so that an edit scans one file. The table holds no compilation alive: trees are its keys, positions its values.</summary>
    private static readonly ConditionalWeakTable<SyntaxTree, TreeLiterals> Known = new();

    [ThreadStatic]
    private static char[]? buffer;

    private TreeLiterals(Scanner scanner) =>
        (SessionTexts, ConnectionTexts, ShowsPooler, KeepsSessions) =
            (scanner.Session.ToImmutableArray(), scanner.Connection.ToImmutableArray(), scanner.ShowsPooler, scanner.KeepsSessions);

    /// <summary>Where literals stand in which a statement or function may be one that leaves something in the session.</summary>
    public ImmutableArray<int> SessionTexts { get; }

    /// <summary>Where literals stand that may be a connection string, a part of one, or the host of one.</summary>
    public ImmutableArray<int> ConnectionTexts { get; }

    /// <summary>A port or a host's name in the file may be a pooler's.</summary>
    public bool ShowsPooler { get; }

    /// <summary><c>No Reset On Close</c> stands in a literal.</summary>
    public bool KeepsSessions { get; }

    public static TreeLiterals Of(SyntaxTree tree, CancellationToken cancellation) =>
        Known.TryGetValue(tree, out var known) ? known : Known.GetValue(tree, t => Scan(t.GetText(cancellation)));

    internal static TreeLiterals Scan(SourceText text)
    {
        var length = text.Length;
        var characters = buffer;
        if (characters is null || characters.Length < length)
        {
            characters = new char[Math.Max(length, 16_384)];

            // One giant file must not cost its memory for ever.
            buffer = length <= 1_000_000 ? characters : buffer;
        }

        text.CopyTo(0, characters, 0, length);
        var scanner = new Scanner(characters, length);
        scanner.Run();
        return new TreeLiterals(scanner);
    }

    /// <summary>Tells code, comments and literals apart, well enough to know what stands in quotes.</summary>
    private sealed class Scanner
    {
        private readonly char[] text;
        private readonly int length;
        private int at;

        public Scanner(char[] text, int length) => (this.text, this.length) = (text, length);

        public List<int> Session { get; } = new();

        public List<int> Connection { get; } = new();

        public bool ShowsPooler { get; private set; }

        public bool KeepsSessions { get; private set; }

        public void Run()
        {
            while (at < length)
            {
                var c = text[at];
                if (c == '"')
                {
                    Literal();
                }
                else if (c == '\'')
                {
                    Character();
                }
                else if (c == '/' && At(at + 1) == '/')
                {
                    SkipLine();
                }
                else if (c == '/' && At(at + 1) == '*')
                {
                    for (at += 2; at < length && !(text[at] == '*' && At(at + 1) == '/'); at++)
                    {
                    }

                    at += 2;
                }
                else
                {
                    if (c == '6' && IsPort(at))
                    {
                        ShowsPooler = true;
                    }

                    at++;
                }
            }
        }

        private char At(int index) => index >= 0 && index < length ? text[index] : '\0';

        private void SkipLine()
        {
            while (at < length && text[at] != '\n')
            {
                at++;
            }
        }

        private void Character()
        {
            var end = at + 1;
            while (end < length && text[end] is not ('\'' or '\n') && end < at + 12)
            {
                end += text[end] == '\\' ? 2 : 1;
            }

            // An apostrophe in a directive or in half-typed code begins nothing.
            at = end < length && text[end] == '\'' ? end + 1 : at + 1;
        }

        private void Literal()
        {
            var start = at;
            var quotes = 1;
            while (At(at + quotes) == '"')
            {
                quotes++;
            }

            var before = At(start - 1);
            var verbatim = before == '@' || (before == '$' && At(start - 2) == '@');
            var interpolated = before == '$' || (before == '@' && At(start - 2) == '$');
            int end;
            if (quotes >= 3 && !verbatim)
            {
                at += quotes;
                end = RawEnd(quotes);
            }
            else if (quotes == 2 && !verbatim)
            {
                at += 2;
                return;
            }
            else
            {
                at++;
                end = QuotedEnd(verbatim, interpolated);
            }

            Look(start, start + (quotes >= 3 && !verbatim ? quotes : 1), Math.Min(end, length), isRaw: quotes >= 3 || verbatim);
        }

        private int RawEnd(int quotes)
        {
            for (; at < length; at++)
            {
                if (text[at] != '"')
                {
                    continue;
                }

                var count = 1;
                while (At(at + count) == '"')
                {
                    count++;
                }

                var end = at;
                at += count - 1;
                if (count >= quotes)
                {
                    at++;
                    return end;
                }
            }

            return length;
        }

        private int QuotedEnd(bool verbatim, bool interpolated)
        {
            while (at < length)
            {
                var c = text[at];
                if (c == '"' && verbatim && At(at + 1) == '"')
                {
                    at += 2;
                }
                else if (c == '"' || (c == '\n' && !verbatim))
                {
                    return at++;
                }
                else if (c == '\\' && !verbatim)
                {
                    at += 2;
                }
                else if (c == '{' && interpolated && At(at + 1) != '{')
                {
                    SkipHole();
                }
                else
                {
                    at += c == '{' && interpolated ? 2 : 1;
                }
            }

            return length;
        }

        /// <summary>A hole may hold quotes of its own.</summary>
        private void SkipHole()
        {
            var depth = 0;
            var quoted = false;
            for (; at < length && text[at] != '\n'; at++)
            {
                var c = text[at];
                quoted ^= c == '"';
                depth += quoted ? 0 : c == '{' ? 1 : c == '}' ? -1 : 0;
                if (depth == 0 && !quoted && c == '}')
                {
                    at++;
                    return;
                }
            }
        }

        /// <summary>Words, and whether a statement begins with them.</summary>
        private void Look(int literal, int from, int to, bool isRaw)
        {
            bool session = false, connection = false;
            var leads = true;
            for (var i = from; i < to;)
            {
                var c = text[i];
                if (IsLetter(c))
                {
                    var end = i + 1;
                    while (end < to && (IsLetter(text[end]) || text[end] == '_' || IsDigit(text[end])))
                    {
                        end++;
                    }

                    session = session || SessionWords.IsOne(text, i, end - i, leads);
                    connection |= IsKey(i, end) || IsPooler(i, end);
                    leads = false;
                    i = end;
                    continue;
                }

                if (c == '\\' && !isRaw)
                {
                    i += 2;
                    continue;
                }

                if (c == '-' && At(i + 1) == '-')
                {
                    while (i < to && text[i] != '\n' && !(!isRaw && text[i] == '\\' && At(i + 1) is 'n' or 'r'))
                    {
                        i++;
                    }

                    continue;
                }

                if (c == '/' && At(i + 1) == '*')
                {
                    for (i += 2; i < to && !(text[i] == '*' && At(i + 1) == '/'); i++)
                    {
                    }

                    i += 2;
                    continue;
                }

                if (c == '6' && IsPort(i))
                {
                    ShowsPooler = true;
                    connection = true;
                }

                leads = c == ';' || (leads && c is ' ' or '\t' or '\r' or '\n' or '(');
                i++;
            }

            if (session)
            {
                Session.Add(literal);
            }

            if (connection)
            {
                Connection.Add(literal);
            }
        }

        /// <summary><c>Host=</c>, <c>Server =</c>, and <c>No Reset On Close</c>.</summary>
        private bool IsKey(int start, int end)
        {
            if (Is(start, end, "close") && (EndsWith(start, "reset on ") || EndsWith(start, "Reset On ")))
            {
                KeepsSessions = ShowsPooler = true;
                return true;
            }

            if (Is(start, end, "noresetonclose"))
            {
                KeepsSessions = ShowsPooler = true;
                return true;
            }

            if (!Is(start, end, "host") && !Is(start, end, "server"))
            {
                return false;
            }

            while (At(end) == ' ')
            {
                end++;
            }

            return At(end) == '=';
        }

        private bool EndsWith(int end, string word)
        {
            if (end < word.Length)
            {
                return false;
            }

            for (var i = 0; i < word.Length; i++)
            {
                if ((text[end - word.Length + i] | ' ') != (word[i] | ' '))
                {
                    return false;
                }
            }

            return true;
        }

        private bool IsPooler(int start, int end)
        {
            if (end - start < 5 || !Poolers.IsName(text, start, end - start))
            {
                return false;
            }

            ShowsPooler = true;
            return true;
        }

        private bool Is(int start, int end, string word)
        {
            if (end - start != word.Length)
            {
                return false;
            }

            for (var i = 0; i < word.Length; i++)
            {
                if ((text[start + i] | ' ') != word[i])
                {
                    return false;
                }
            }

            return true;
        }

        private bool IsPort(int index) =>
            (At(index + 1) == '4' && At(index + 2) == '3' && At(index + 3) == '2' || At(index + 1) == '5' && At(index + 2) == '4' && At(index + 3) == '3')
            && !IsDigit(At(index - 1)) && !IsDigit(At(index + 4));

        private static bool IsLetter(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z';

        private static bool IsDigit(char c) => c is >= '0' and <= '9';
    }
}
