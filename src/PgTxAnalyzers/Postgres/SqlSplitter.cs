using System;

namespace PgTxAnalyzers.Postgres;

/// <summary>
/// Cuts a text into statements at the semicolons that separate statements: not those in parentheses (CREATE RULE … DO (a; b)), nor those
/// in the BEGIN ATOMIC … END body of a function.
/// </summary>
internal sealed class SqlSplitter
{
    private SqlScanner _scanner;

    public SqlSplitter(string text, bool standardConformingStrings = true)
    {
        _scanner = new SqlScanner(text, standardConformingStrings);
        Statement = new SqlTokens(text);
    }

    /// <summary>The tokens of the current statement, without white space, comments and the semicolon. The next move overwrites it.</summary>
    public SqlTokens Statement { get; }

    /// <summary>Moves to the next statement that is not empty.</summary>
    public bool MoveNext()
    {
        Statement.Clear();
        int parentheses = 0;
        int blocks = 0;
        while (true)
        {
            var token = _scanner.Next();
            switch (token.Kind)
            {
                case SqlTokenKind.EndOfText:
                    return Statement.Count > 0;
                case SqlTokenKind.WhiteSpace or SqlTokenKind.LineComment or SqlTokenKind.BlockComment:
                    continue;
                case SqlTokenKind.Semicolon when parentheses == 0 && blocks == 0:
                    if (Statement.Count > 0)
                        return true;
                    continue;
                case SqlTokenKind.OpenParenthesis:
                    parentheses++;
                    break;
                case SqlTokenKind.CloseParenthesis:
                    parentheses = Math.Max(0, parentheses - 1);
                    break;
                case SqlTokenKind.Identifier:
                    blocks = Math.Max(0, blocks + BlockChange(token.Word, blocks));
                    break;
            }

            Statement.Add(token);
        }
    }

    /// <summary>CASE … END nests in a body. Both are reserved words, so they are names only behind a dot or as a column's label.</summary>
    private int BlockChange(SqlWord word, int blocks)
    {
        if (word == SqlWord.Atomic)
            return blocks == 0 && Statement.Word(0) == SqlWord.Create && Statement.Word(Statement.Count - 1) == SqlWord.Begin ? 1 : 0;
        if (blocks == 0 || word is not (SqlWord.Case or SqlWord.End))
            return 0;
        if (Statement[Statement.Count - 1].Kind == SqlTokenKind.Dot || Statement.Word(Statement.Count - 1) == SqlWord.As)
            return 0;
        return word == SqlWord.Case ? 1 : -1;
    }
}

/// <summary>The tokens of one statement. Reading beyond either end gives <see cref="SqlTokenKind.EndOfText"/>, so that no reader has to ask first.</summary>
internal sealed class SqlTokens
{
    private SqlToken[] _items = new SqlToken[32];

    public SqlTokens(string text) => Text = text;

    public string Text { get; }

    public int Count { get; private set; }

    public SqlToken this[int index] => (uint)index < (uint)Count ? _items[index] : default;

    public SqlWord Word(int index) => this[index].Word;

    public SqlTokenKind KindAt(int index) => this[index].Kind;

    public bool Is(int index, SqlWord first, SqlWord second) => Word(index) == first && Word(index + 1) == second;

    public void Clear() => Count = 0;

    public void Add(SqlToken token)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        _items[Count++] = token;
    }

    public string TextOf(SqlToken token) => Text.Substring(token.Start, token.Length);

    /// <summary>The index behind the parenthesis that closes the one at <paramref name="open"/>, or the end.</summary>
    public int SkipParentheses(int open)
    {
        int depth = 0;
        for (int i = open; i < Count; i++)
        {
            if (_items[i].Kind == SqlTokenKind.OpenParenthesis)
                depth++;
            else if (_items[i].Kind == SqlTokenKind.CloseParenthesis && --depth <= 0)
                return i + 1;
        }

        return Count;
    }
}
