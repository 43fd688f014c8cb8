using System;
using System.Collections.Generic;
using System.Linq;

namespace PgTxAnalyzers.Postgres;

/// <summary>
/// What a text does when it runs once more although it was committed: the reply to a commit may be lost, and who then tries again does not know that it was done
/// (PostgreSQL documentation, "Serialization Failure Handling", speaks of failures whose transaction is over; that of a lost connection may be either).
/// </summary>
internal static class SqlRepetition
{
    /// <summary>
    /// An UPDATE, an upsert or a MERGE sets a column from what the row holds in one that it sets (<c>n = n + 1</c>, <c>last = current, current = 5</c>), and its WHERE asks nothing that the first run has
    /// made untrue. Linear in the length of the text for each SET in it; what is not known (a hole) says nothing.
    /// </summary>
    public static bool AddsUp(string sql)
    {
        var splitter = new SqlSplitter(sql);
        while (splitter.MoveNext())
        {
            var tokens = splitter.Statement;
            for (int i = 0; i < tokens.Count; i++)
            {
                if (tokens.Word(i) == SqlWord.Update && Change.At(tokens, i) is { AddsUp: true })
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A second run adds the rows once more, or takes others: an INSERT that asks for no conflict and for no row that is there, COPY … FROM, a DELETE that hands out what it took, rows that are claimed with
    /// SKIP LOCKED, and what a procedure or a block does. Linear in the length of the text.
    /// </summary>
    public static bool AddsRows(string sql)
    {
        var splitter = new SqlSplitter(sql);
        while (splitter.MoveNext())
        {
            var tokens = splitter.Statement;
            bool inserts = false, deletes = false, changes = false, asks = false, claims = false, returns = false;
            for (int i = 0; i < tokens.Count; i++)
            {
                var word = tokens.Word(i);
                inserts |= tokens.Is(i, SqlWord.Insert, SqlWord.Into);
                deletes |= word == SqlWord.Delete;
                changes |= word is SqlWord.Update or SqlWord.Delete or SqlWord.Insert && tokens.Word(i - 1) != SqlWord.For;
                asks |= tokens.Is(i, SqlWord.Not, SqlWord.Exists) || (word == SqlWord.On && IsWord(tokens, i + 1, "conflict"));
                claims |= tokens.Is(i, SqlWord.Skip, SqlWord.Locked);
                returns |= IsWord(tokens, i, "returning");
            }

            if ((inserts && !asks) || (deletes && returns) || (claims && changes) || tokens.Word(0) is SqlWord.Call or SqlWord.Do or SqlWord.Execute or SqlWord.Copy)
                return true;
        }

        return false;
    }

    private static bool IsWord(SqlTokens tokens, int index, string word) =>
        tokens.KindAt(index) == SqlTokenKind.Identifier && string.Equals(tokens.TextOf(tokens[index]), word, StringComparison.OrdinalIgnoreCase);

    /// <summary>One SET clause with the names of the row that it changes.</summary>
    private sealed class Change
    {
        private readonly SqlTokens _tokens;
        private readonly HashSet<string> _rows = new(StringComparer.Ordinal);
        private readonly List<(List<string> Columns, int First, int End)> _assignments = new();
        private readonly HashSet<string> _columns = new(StringComparer.Ordinal);
        private int _end;

        private Change(SqlTokens tokens) => _tokens = tokens;

        public bool AddsUp => _assignments.Any(a => IsRelative(a.Columns, a.First, a.End)) && !IsGuarded();

        /// <summary>Null where the word begins no change: <c>FOR UPDATE</c>, a trigger.</summary>
        public static Change? At(SqlTokens tokens, int update)
        {
            var change = new Change(tokens);
            int index = update + 1;

            // DO UPDATE SET and THEN UPDATE SET change the row of the INSERT or MERGE in front.
            if (tokens.Word(index) == SqlWord.Set)
            {
                int into = update;
                while (into > 0 && tokens.Word(into) != SqlWord.Into)
                    into--;
                change.ReadRows(into + 1);
            }
            else
            {
                index = change.ReadRows(index);
            }

            if (tokens.Word(index) != SqlWord.Set)
                return null;
            change.ReadAssignments(index + 1);
            return change;
        }

        /// <summary><c>[ONLY] schema.table [*] [[AS] alias]</c>: the names that stand for the row.</summary>
        private int ReadRows(int index)
        {
            if (_tokens.Word(index) == SqlWord.Only)
                index++;
            for (; _tokens[index].IsName && _tokens.KindAt(index + 1) == SqlTokenKind.Dot; index += 2)
            {
            }

            if (NameAt(index++) is { } table)
                _rows.Add(table);
            if (IsOperator(index, "*"))
                index++;
            if (_tokens.Word(index) == SqlWord.As)
                index++;
            if (_tokens[index].IsName && _tokens.Word(index) is not (SqlWord.Set or SqlWord.Using) && NameAt(index++) is { } alias)
                _rows.Add(alias);
            return index;
        }

        private void ReadAssignments(int index)
        {
            while (true)
            {
                var columns = ReadColumns(ref index);
                if (!IsOperator(index, "="))
                    break;
                int first = index + 1;
                index = EndOf(first, stopsAtComma: true);
                _assignments.Add((columns, first, index));
                _columns.UnionWith(columns);
                if (_tokens.KindAt(index) != SqlTokenKind.Comma)
                    break;
                index++;
            }

            _end = index;
        }

        /// <summary>One column, or a list in parentheses.</summary>
        private List<string> ReadColumns(ref int index)
        {
            var columns = new List<string>();
            bool isList = _tokens.KindAt(index) == SqlTokenKind.OpenParenthesis;
            int end = isList ? _tokens.SkipParentheses(index) : index + 1;
            for (int i = index; i < end; i++)
            {
                if (NameAt(i) is { } column)
                    columns.Add(column);
            }

            // An element of an array, a field of a composite.
            for (index = end; _tokens.KindAt(index) is SqlTokenKind.OpenBracket or SqlTokenKind.Dot; index++)
            {
                while (_tokens.KindAt(index) is not (SqlTokenKind.CloseBracket or SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.EndOfText))
                    index++;
            }

            return columns;
        }

        /// <summary>The index of what ends an expression: a comma, the next clause, the parenthesis around, the end of the statement.</summary>
        private int EndOf(int index, bool stopsAtComma)
        {
            for (int depth = 0; index < _tokens.Count; index++)
            {
                switch (_tokens.KindAt(index))
                {
                    case SqlTokenKind.OpenParenthesis or SqlTokenKind.OpenBracket:
                        depth++;
                        break;
                    case SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket when depth-- == 0:
                        return index;
                    case SqlTokenKind.Comma when depth == 0 && stopsAtComma:
                        return index;
                    case SqlTokenKind.Identifier when depth == 0 && EndsClause(index):
                        return index;
                }
            }

            return index;
        }

        private bool EndsClause(int index) =>
            _tokens.Word(index) == SqlWord.Where || (_tokens.Word(index) == SqlWord.From && _tokens.Word(index - 1) != SqlWord.Distinct)
            || Is(index, "returning") || (Is(index, "when") && !IsInCase(index));

        private bool IsInCase(int index)
        {
            int open = 0;
            for (int i = _assignments.Count == 0 ? 0 : _assignments[_assignments.Count - 1].End; i < index; i++)
                open += _tokens.Word(i) == SqlWord.Case ? 1 : _tokens.Word(i) == SqlWord.End ? -1 : 0;
            return open > 0;
        }

        /// <summary>The new value is made of an old one of a column that this clause sets.</summary>
        private bool IsRelative(List<string> columns, int first, int end)
        {
            var read = new HashSet<string>(StringComparer.Ordinal);
            for (int i = first; i < end; i++)
            {
                if (IsColumn(i) && NameAt(i) is { } name && _columns.Contains(name) && IsOfTheRow(i))
                    read.Add(name);
            }

            return read.Count > 0 && !(columns.Count == 1 && read.SetEquals(columns) && KeepsWhatItMade(first, end));
        }

        /// <summary><c>n = n</c>, <c>coalesce(n, 0)</c>, <c>greatest(n, @n)</c>: a second run finds what it would make.</summary>
        private bool KeepsWhatItMade(int first, int end)
        {
            if (end - first == 1)
                return true;
            if (!(Is(first, "coalesce") || Is(first, "greatest") || Is(first, "least")) || _tokens.SkipParentheses(first + 1) != end)
                return false;
            for (int i = first + 2; i < end - 1; i++)
            {
                if (_tokens.KindAt(i) is SqlTokenKind.Operator or SqlTokenKind.OpenParenthesis)
                    return false;
            }

            return true;
        }

        private bool IsColumn(int index) =>
            _tokens[index].IsName && _tokens.KindAt(index + 1) is not (SqlTokenKind.OpenParenthesis or SqlTokenKind.Dot) && _tokens.KindAt(index - 1) != SqlTokenKind.Cast && _tokens.Word(index - 1) != SqlWord.As;

        /// <summary>Unqualified, or by a name of the row; by another name where the same table is read once more. What an upsert was given (<c>excluded</c>) is no old value.</summary>
        private bool IsOfTheRow(int column)
        {
            if (_tokens.KindAt(column - 1) != SqlTokenKind.Dot)
                return true;
            return NameAt(column - 2) is { } qualifier && qualifier != "excluded" && (_rows.Contains(qualifier) || IsReadOnceMore());
        }

        private bool IsReadOnceMore()
        {
            for (int i = _assignments[0].First; i < _tokens.Count; i++)
            {
                if ((_tokens.Word(i - 1) is SqlWord.From or SqlWord.Join or SqlWord.Only || _tokens.KindAt(i - 1) is SqlTokenKind.Comma or SqlTokenKind.Dot)
                    && _tokens.KindAt(i + 1) != SqlTokenKind.Dot && NameAt(i) is { } name && _rows.Contains(name))
                    return true;
            }

            return false;
        }

        /// <summary>A conjunction with a test that holds before the change and not behind it: <c>version = @v</c>, <c>paid_at IS NULL</c>, a row's <c>xmin</c>.</summary>
        private bool IsGuarded()
        {
            int where = _end;
            for (; where < _tokens.Count && _tokens.Word(where) != SqlWord.Where; where++)
            {
                if (_tokens.KindAt(where) == SqlTokenKind.OpenParenthesis)
                    where = _tokens.SkipParentheses(where) - 1;
                else if (_tokens.KindAt(where) == SqlTokenKind.CloseParenthesis || Is(where, "when") || Is(where, "returning"))
                    return false;
            }

            int end = EndOf(where + 1, stopsAtComma: false);
            bool guarded = false;
            int term = where + 1;
            for (int i = where + 1; i <= end; i++)
            {
                if (i < end && _tokens.KindAt(i) == SqlTokenKind.OpenParenthesis)
                {
                    i = _tokens.SkipParentheses(i) - 1;
                }
                else if (i < end && _tokens.Word(i) == SqlWord.Or)
                {
                    return false;
                }
                else if (i == end || _tokens.Word(i) == SqlWord.And)
                {
                    guarded |= IsUntrueBehind(term, i);
                    term = i + 1;
                }
            }

            return guarded;
        }

        private bool IsUntrueBehind(int first, int end)
        {
            int column = _tokens.KindAt(first + 1) == SqlTokenKind.Dot ? first + 2 : first;
            if (NameAt(column) is not { } name || (column > first && !(NameAt(first) is { } row && _rows.Contains(row))))
                return false;
            bool isEqual = IsOperator(column + 1, "=");
            if (name == "xmin" && (isEqual || _tokens.KindAt(column + 1) == SqlTokenKind.Cast))
                return true;
            if (_assignments.FirstOrDefault(a => a.Columns.Count == 1 && a.Columns[0] == name) is not { Columns: not null, First: var from, End: var to } || to <= from)
                return false;
            var value = Text(from, to);
            return isEqual ? Text(column + 2, end) != value
                : Is(column + 1, "is") && (_tokens.Word(column + 2) == SqlWord.Not ? Text(column + 3, end) == value : Text(column + 2, end) != value);
        }

        private string Text(int first, int end) =>
            string.Join(" ", Enumerable.Range(first, Math.Max(0, end - first)).Select(i => _tokens[i].Kind == SqlTokenKind.Identifier ? _tokens.TextOf(_tokens[i]).ToLowerInvariant() : _tokens.TextOf(_tokens[i])));

        private bool Is(int index, string word) => IsWord(_tokens, index, word);

        private bool IsOperator(int index, string sign) => _tokens.KindAt(index) == SqlTokenKind.Operator && _tokens.TextOf(_tokens[index]) == sign;

        /// <summary>A name as the server compares it: without quotes, or in lower case. Null where it is none, or is not known.</summary>
        private string? NameAt(int index)
        {
            var token = _tokens[index];
            if (token.Kind is not (SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier))
                return null;
            var text = _tokens.TextOf(token);
            return text.IndexOf(SqlScanner.Hole) >= 0 ? null : token.Kind == SqlTokenKind.Identifier ? text.ToLowerInvariant() : text.Trim('"').Replace("\"\"", "\"");
        }
    }
}
