namespace PgTxAnalyzers.Postgres;

// Statements that read and write data.
internal sealed partial class SqlClassifier
{
    private const SqlEffect Writes = SqlEffect.Reads | SqlEffect.Locks | SqlEffect.ChangesData;

    private void ReadData(SqlWord first)
    {
        switch (first)
        {
            case SqlWord.Lock:
                ReadRelation(SqlKind.Lock, _tokens.Word(1) == SqlWord.Table ? 2 : 1, SqlEffect.Reads | SqlEffect.Locks);
                break;
            case SqlWord.Copy:
                ReadCopy();
                break;
            case SqlWord.Call:
                if (_tokens[1].IsName)
                {
                    int index = 1;
                    _name = ReadName(ref index);
                    Become(SqlKind.Call, SqlEffect.Reads, index - 1);
                    ScanQuery(index);
                }

                break;
            case SqlWord.Do:
                if (_tokens[1].IsString || _tokens.Word(1) == SqlWord.Language || _tokens.KindAt(1) == SqlTokenKind.Hole)
                    Become(SqlKind.Do, SqlEffect.Reads);
                break;
            case SqlWord.Explain:
                ReadExplain();
                break;
            case SqlWord.Vacuum:
                Become(SqlKind.Vacuum, SqlEffect.Reads);
                break;
            case SqlWord.Analyze or SqlWord.Analyse:
                Become(SqlKind.Analyze, SqlEffect.Reads | SqlEffect.Locks);
                break;
            case SqlWord.Checkpoint:
                Become(SqlKind.Checkpoint, SqlEffect.Reads);
                break;
            default:
                ReadQuery(0);
                break;
        }
    }

    private bool MayConflict() => _kind switch
    {
        SqlKind.Select or SqlKind.Values or SqlKind.DeclareCursor => (_effect & (SqlEffect.Locks | SqlEffect.ChangesData)) != 0,
        SqlKind.Insert => MayMeetRows(),
        SqlKind.CopyFrom or SqlKind.CopyTo or SqlKind.Fetch or SqlKind.Move or SqlKind.Close or SqlKind.Savepoint or SqlKind.Release or SqlKind.RollbackTo => false,
        SqlKind.Set or SqlKind.SetLocal or SqlKind.SetTransaction or SqlKind.SetConstraints or SqlKind.Show or SqlKind.Listen or SqlKind.Notify => false,
        _ => true,
    };

    /// <summary>ON CONFLICT … DO, or a CTE that changes or locks; a part that is not known may be either.</summary>
    private bool MayMeetRows()
    {
        for (int i = 1; i < _tokens.Count; i++)
        {
            if (_tokens.KindAt(i) == SqlTokenKind.Hole || _tokens.Word(i) is SqlWord.Do or SqlWord.Update or SqlWord.Delete or SqlWord.Merge or SqlWord.Share)
                return true;
        }

        return false;
    }

    /// <summary>COPY relation [(columns)] FROM | TO, or COPY (query) TO.</summary>
    private void ReadCopy()
    {
        if (_tokens.KindAt(1) == SqlTokenKind.OpenParenthesis)
        {
            int behind = _tokens.SkipParentheses(1);
            if (_tokens.Word(behind) == SqlWord.To)
            {
                ReadQuery(1);
                _verb = null;
                Become(SqlKind.CopyTo, SqlEffect.Reads);
            }

            return;
        }

        int index = _tokens.Word(1) == SqlWord.Binary && _tokens[2].IsName ? 2 : 1;
        int name = index;
        string? target = ReadName(ref index);
        int last = index - 1;
        if (_tokens.KindAt(index) == SqlTokenKind.OpenParenthesis)
            index = _tokens.SkipParentheses(index);
        if (last < name || _tokens.Word(index) is not (SqlWord.From or SqlWord.To))
            return;
        _target = target;
        bool from = _tokens.Word(index) == SqlWord.From;
        Become(from ? SqlKind.CopyFrom : SqlKind.CopyTo, from ? Writes : SqlEffect.Reads, last);
    }

    /// <summary>EXPLAIN plans and does nothing else, unless it is told to execute.</summary>
    private void ReadExplain()
    {
        int index = 1;
        bool executes = false;
        if (_tokens.KindAt(1) == SqlTokenKind.OpenParenthesis && !BeginsQuery(_tokens.Word(2)) && _tokens.KindAt(2) != SqlTokenKind.OpenParenthesis)
        {
            index = _tokens.SkipParentheses(1);
            for (int i = 2; i < index; i++)
            {
                if (_tokens.Word(i) is SqlWord.Analyze or SqlWord.Analyse)
                    executes = !IsFalse(i + 1);
            }
        }
        else
        {
            for (; _tokens.Word(index) is SqlWord.Analyze or SqlWord.Analyse or SqlWord.Verbose; index++)
                executes |= _tokens.Word(index) != SqlWord.Verbose;
        }

        ReadExplained(index, executes);
        _kind = SqlKind.Explain;
        _verb = null;
        _isExecuted = executes;
        _focus = SqlSpan.Between(_tokens[0], _tokens[index - 1]);
    }

    private void ReadExplained(int index, bool executes)
    {
        if (executes)
        {
            // CREATE TABLE … AS is the one other statement that writes; EXECUTE and DECLARE tell nothing by themselves.
            if (_tokens.Word(index) == SqlWord.Create)
                _effect |= Defines;
            else
                ReadQuery(index);
        }

        _effect |= SqlEffect.Reads;
    }

    private bool IsFalse(int index) => _tokens.Word(index) is SqlWord.False or SqlWord.Off
        || ValueAt(index)?.ToLowerInvariant() is "0" or "false" or "off";

    private static bool BeginsQuery(SqlWord word) => word is SqlWord.Select or SqlWord.Values or SqlWord.Table or SqlWord.With or SqlWord.Insert
        or SqlWord.Update or SqlWord.Delete or SqlWord.Merge;

    /// <summary>A query with its parentheses and CTEs in front.</summary>
    private void ReadQuery(int start)
    {
        int main = SkipOpen(start);
        bool bare = main == start;
        if (_tokens.Word(main) == SqlWord.With)
            main = SkipOpen(SkipCommonTables(main + 1));

        int name = main + 1;
        switch (_tokens.Word(main))
        {
            case SqlWord.Select:
                Become(SqlKind.Select, SqlEffect.Reads);
                break;
            case SqlWord.Table when _tokens[name].IsName || _tokens.Word(name) == SqlWord.Only:
                Become(SqlKind.Select, SqlEffect.Reads);
                break;
            case SqlWord.Values when _tokens.KindAt(name) is SqlTokenKind.OpenParenthesis or SqlTokenKind.Hole:
                Become(SqlKind.Values, SqlEffect.Reads);
                break;
            case SqlWord.Insert when _tokens.Word(name) == SqlWord.Into:
                ReadWrite(SqlKind.Insert, main, name + 1);
                break;
            case SqlWord.Update:
                ReadWrite(SqlKind.Update, main, name);
                break;
            case SqlWord.Delete when _tokens.Word(name) == SqlWord.From:
                ReadWrite(SqlKind.Delete, main, name + 1);
                break;
            case SqlWord.Merge when _tokens.Word(name) == SqlWord.Into:
                ReadWrite(SqlKind.Merge, main, name + 1);
                break;
        }

        if (_kind == SqlKind.Unknown)
            return;
        if (_kind is SqlKind.Select or SqlKind.Values)
            _focus = new SqlSpan(_tokens[main].Start, _tokens[main].Length);
        _verb = SqlWords.UpperTextOf(_tokens.Word(main));
        ScanQuery(start, into: bare && _kind == SqlKind.Select ? main : -1);
    }

    private void ReadWrite(SqlKind kind, int main, int name)
    {
        if (ReadRelation(kind, name, Writes))
            _focus = new SqlSpan(_tokens[main].Start, _focus.End - _tokens[main].Start);
    }

    private int SkipOpen(int index)
    {
        while (_tokens.KindAt(index) == SqlTokenKind.OpenParenthesis)
            index++;
        return index;
    }

    /// <summary>Behind WITH: the index of the statement that the common tables belong to.</summary>
    private int SkipCommonTables(int index)
    {
        if (_tokens.Word(index) == SqlWord.Recursive)
            index++;
        while (_tokens[index].IsName)
        {
            index++;
            if (_tokens.KindAt(index) == SqlTokenKind.OpenParenthesis)
                index = _tokens.SkipParentheses(index);
            while (_tokens.Word(index) is SqlWord.As or SqlWord.Not or SqlWord.Materialized)
                index++;
            if (_tokens.KindAt(index) != SqlTokenKind.OpenParenthesis)
                return index;
            index = _tokens.SkipParentheses(index);

            // SEARCH and CYCLE clauses have commas of their own; none of their words begins a query.
            if (_tokens.Word(index) is SqlWord.Search or SqlWord.Cycle)
            {
                while (index < _tokens.Count && !BeginsQuery(_tokens.Word(index)) && !BeginsCommonTable(index))
                    index++;
            }

            if (_tokens.KindAt(index) != SqlTokenKind.Comma)
                return index;
            index++;
        }

        return index;
    }

    /// <summary>A comma with the next common table behind it: <c>, name AS</c> or <c>, name (</c>. The clauses' own lists have neither.</summary>
    private bool BeginsCommonTable(int comma)
        => _tokens.KindAt(comma) == SqlTokenKind.Comma && _tokens[comma + 1].IsName
            && (_tokens.Word(comma + 2) == SqlWord.As || _tokens.KindAt(comma + 2) == SqlTokenKind.OpenParenthesis);
}
