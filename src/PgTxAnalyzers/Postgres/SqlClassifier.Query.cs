using System.Collections.Generic;
using System.Collections.Immutable;

namespace PgTxAnalyzers.Postgres;

// What stands anywhere in a query: row locks, data-modifying common tables, calls, SELECT … INTO.
internal sealed partial class SqlClassifier
{
    private readonly List<SqlCall?> _calls = new();

    // Open calls and open SUBSTRING( … FOR … ), the innermost last.
    private readonly List<OpenCall> _open = new();

    // Per depth of parentheses, the first relation behind FROM as an index of a token, 0 for none.
    private readonly List<int> _from = new();
    private bool _lockSeen;

    private struct OpenCall
    {
        public int Depth;
        public int Slot;
        public int Name;
        public int ArgumentStart;
        public SqlCallKind? Kind;
        public List<(int First, int Last)>? Arguments;
    }

    private void ResetQuery()
    {
        _calls.Clear();
        _open.Clear();
        _lockSeen = false;
    }

    private ImmutableArray<SqlCall> TakeCalls()
    {
        if (_calls.Count == 0)
            return ImmutableArray<SqlCall>.Empty;
        var calls = ImmutableArray.CreateBuilder<SqlCall>(_calls.Count);
        foreach (var call in _calls)
        {
            if (call != null)
                calls.Add(call);
        }

        return calls.ToImmutable();
    }

    /// <param name="start">The first token to look at.</param>
    /// <param name="into">The SELECT that may have an INTO at its own depth, else -1.</param>
    private void ScanQuery(int start, int into = -1)
    {
        int depth = 0;
        int intoDepth = -1;
        SetFrom(0, 0);
        for (int i = start; i < _tokens.Count; i++)
        {
            switch (_tokens.KindAt(i))
            {
                case SqlTokenKind.OpenParenthesis:
                    SetFrom(++depth, 0);
                    OpenCallAt(i, depth);
                    break;
                case SqlTokenKind.OpenBracket:
                    SetFrom(++depth, 0);
                    break;
                case SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket:
                    CloseCalls(i, depth);
                    depth = depth > 0 ? depth - 1 : 0;
                    break;
                case SqlTokenKind.Comma:
                    AddArgument(i, depth);
                    break;
                case SqlTokenKind.Identifier:
                    if (i == into)
                        intoDepth = depth;
                    if (_tokens.Word(i) == SqlWord.Into && depth == intoDepth)
                    {
                        intoDepth = -1;
                        ReadSelectInto(i + 1);
                    }

                    ReadQueryWord(i, depth);
                    break;
            }
        }

        CloseCalls(_tokens.Count, depth: 0);
    }

    private void ReadQueryWord(int index, int depth)
    {
        switch (_tokens.Word(index))
        {
            case SqlWord.From when _from[depth] == 0 && _tokens.Word(index - 1) != SqlWord.Distinct:
                int name = index + 1;
                while (_tokens.Word(name) is SqlWord.Only or SqlWord.Lateral)
                    name++;
                if (_tokens[name].IsName)
                    SetFrom(depth, name);
                break;
            case SqlWord.For when LocksRows(index + 1, out int behind) && !(_open.Count > 0 && _open[_open.Count - 1] is { Kind: null } open && open.Depth == depth):
                _effect |= SqlEffect.Locks;
                if (!_lockSeen)
                {
                    _lockSeen = true;
                    _target ??= LockedRelation(_from[depth], _tokens.Word(behind) == SqlWord.Of ? behind + 1 : 0, index);
                }

                break;
            case SqlWord.As:
                ReadCommonTableBody(index + 1);
                break;
        }
    }

    /// <summary>Behind FOR: UPDATE, NO KEY UPDATE, SHARE, KEY SHARE.</summary>
    private bool LocksRows(int index, out int behind)
    {
        if (_tokens.Is(index, SqlWord.No, SqlWord.Key))
        {
            behind = index + 3;
            return _tokens.Word(index + 2) == SqlWord.Update;
        }

        bool key = _tokens.Word(index) == SqlWord.Key;
        behind = index + (key ? 2 : 1);
        return _tokens.Word(behind - 1) == SqlWord.Share || (!key && _tokens.Word(index) == SqlWord.Update);
    }

    /// <summary>The first relation of the FROM, or the one that FOR UPDATE OF means by its alias.</summary>
    private string? LockedRelation(int from, int alias, int end)
    {
        if (from == 0)
            return null;
        int index = from;
        string? first = ReadName(ref index);
        if (_tokens.KindAt(index) == SqlTokenKind.OpenParenthesis)
            first = null;
        if (alias == 0 || NameAt(alias) is not { } wanted)
            return alias == 0 ? first : null;

        for (int i = from; i < end; i++)
        {
            bool begins = i == from || _tokens.Word(i - 1) == SqlWord.Join || _tokens.KindAt(i - 1) == SqlTokenKind.Comma;
            if (!begins || !_tokens[i].IsName)
                continue;
            index = i;
            string? name = ReadName(ref index);
            int last = index - 1;
            if (_tokens.Word(index) == SqlWord.As)
                index++;
            if (NameAt(_tokens[index].IsName && NameAt(index) == wanted ? index : last) == wanted)
                return name;
        }

        return wanted;
    }

    /// <summary>Behind AS: <c>( DELETE FROM orders … )</c>, a common table that changes data. A column list <c>(delete int)</c> is none.</summary>
    private void ReadCommonTableBody(int index)
    {
        while (_tokens.Word(index) is SqlWord.Not or SqlWord.Materialized)
            index++;
        if (_tokens.KindAt(index) != SqlTokenKind.OpenParenthesis)
            return;
        int name = index + 2;
        bool modifies = _tokens.Word(index + 1) switch
        {
            SqlWord.Insert or SqlWord.Merge => _tokens.Word(name++) == SqlWord.Into,
            SqlWord.Delete => _tokens.Word(name++) == SqlWord.From,
            SqlWord.Update => HasSet(name),
            _ => false,
        };
        if (!modifies)
            return;
        _effect |= Writes;
        if (_tokens.Word(name) == SqlWord.Only)
            name++;
        if (_target is null && _kind is SqlKind.Select or SqlKind.Values)
            _target = ReadName(ref name);
    }

    /// <summary>UPDATE [ONLY] a.b.c [*] [AS] x SET: the word is near.</summary>
    private bool HasSet(int index)
    {
        const int Farthest = 12;
        for (int i = index; i < index + Farthest; i++)
        {
            if (_tokens.Word(i) == SqlWord.Set)
                return true;
            if (_tokens.KindAt(i) is SqlTokenKind.Comma or SqlTokenKind.OpenParenthesis or SqlTokenKind.CloseParenthesis)
                return false;
        }

        return false;
    }

    private void ReadSelectInto(int index)
    {
        if (_tokens.Word(index) is SqlWord.Local or SqlWord.Global)
            index++;
        bool temporary = _tokens.Word(index) is SqlWord.Temp or SqlWord.Temporary;
        if (temporary || _tokens.Word(index) == SqlWord.Unlogged)
            index++;
        if (_tokens.Word(index) == SqlWord.Table)
            index++;
        temporary |= _tokens.Word(index) == SqlWord.PgTemp && _tokens.KindAt(index + 1) == SqlTokenKind.Dot;
        _target = ReadName(ref index);
        _verb = "SELECT INTO";
        _kind = temporary ? SqlKind.CreateTemp : SqlKind.Ddl;
        _effect |= temporary ? SqlEffect.SessionState : Defines;
    }

    private void SetFrom(int depth, int token)
    {
        if (depth < _from.Count)
            _from[depth] = token;
        else
            _from.Add(token);
    }

    private void OpenCallAt(int parenthesis, int depth)
    {
        int name = parenthesis - 1;
        if (_tokens.Word(name) is SqlWord.Substring or SqlWord.Overlay)
        {
            _open.Add(new OpenCall { Depth = depth });
        }
        else if (SqlCalls.KindOf(FunctionAt(name)) is { } kind)
        {
            _open.Add(new OpenCall { Depth = depth, Slot = _calls.Count, Name = name, ArgumentStart = parenthesis + 1, Kind = kind });
            _calls.Add(null);
        }
    }

    /// <summary>The function's word where it is PostgreSQL's own: unqualified or in pg_catalog, quoted or not.</summary>
    private SqlWord FunctionAt(int index)
    {
        var token = _tokens[index];
        var word = token.Word;
        if (token.Kind == SqlTokenKind.QuotedIdentifier && token.Length > 2)
            word = SqlWords.FindExact(_tokens.Text, token.Start + 1, token.Length - 2);
        if (word != SqlWord.None && _tokens.KindAt(index - 1) == SqlTokenKind.Dot && _tokens.Word(index - 2) != SqlWord.PgCatalog)
            return SqlWord.None;
        return word;
    }

    private void AddArgument(int comma, int depth)
    {
        if (_open.Count == 0)
            return;
        var call = _open[_open.Count - 1];
        if (call.Kind is null || call.Depth != depth)
            return;
        (call.Arguments ??= new List<(int, int)>()).Add((call.ArgumentStart, comma - 1));
        call.ArgumentStart = comma + 1;
        _open[_open.Count - 1] = call;
    }

    /// <summary>Settles the calls that end where the parentheses of <paramref name="depth"/> close.</summary>
    private void CloseCalls(int close, int depth)
    {
        while (_open.Count > 0 && _open[_open.Count - 1] is var call && call.Depth >= depth)
        {
            _open.RemoveAt(_open.Count - 1);
            if (call.Kind is not { } kind)
                continue;
            var arguments = call.Arguments ?? new List<(int First, int Last)>();
            if (call.ArgumentStart < close)
                arguments.Add((call.ArgumentStart, close - 1));
            _calls[call.Slot] = CreateCall(kind, call.Name, arguments, close);
        }
    }
}
