
namespace PgTxAnalyzers.Postgres;

/// <summary>
/// Says what a statement is and does, by its grammar: the first words decide, and nothing inside a string, a comment, a quoted name or a
/// function's body counts. What PostgreSQL's grammar does not have is <see cref="SqlKind.Unknown"/>.
/// </summary>
/// <remarks>One instance reads one statement after the other. The parts: transactions and simple statements here, then settings, definitions and queries.</remarks>
internal sealed partial class SqlClassifier
{
    private readonly SqlTokens _tokens;

    // What is known of the current statement so far.
    private SqlKind _kind;
    private SqlEffect _effect;
    private SqlSpan _focus;
    private string? _verb;
    private string? _target;
    private string? _name;
    private string? _setting;
    private string? _value;
    private bool _isDefault;
    private SqlIsolation _isolation;
    private bool? _isReadOnly;
    private bool _withHold;
    private SqlOnCommit _onCommit;
    private bool _isExecuted;

    /// <param name="tokens">Where each statement's tokens stand when <see cref="Classify"/> is called.</param>
    public SqlClassifier(SqlTokens tokens) => _tokens = tokens;

    public SqlStatement Classify()
    {
        Reset();
        Read();
        if (_kind == SqlKind.Unknown)
            _effect = SqlEffect.Reads;

        var first = _tokens[0];
        var last = _tokens[_tokens.Count - 1];
        return new SqlStatement
        {
            Kind = _kind,
            Effect = _effect,
            Start = first.Start,
            Length = last.End - first.Start,
            Focus = _focus.Length > 0 ? _focus : new SqlSpan(first.Start, first.Length),
            Verb = _verb ?? (first.Word != SqlWord.None ? SqlWords.UpperTextOf(first.Word) : ""),
            Target = _target,
            Name = _name,
            Setting = _setting,
            Value = _value,
            IsDefault = _isDefault,
            Isolation = _isolation,
            IsReadOnly = _isReadOnly,
            WithHold = _withHold,
            OnCommit = _onCommit,
            IsExecuted = _isExecuted,
            IsWholeTable = IsWholeTable(),
            MayConflict = MayConflict(),
            Calls = TakeCalls(),
        };
    }

    private void Reset()
    {
        _kind = SqlKind.Unknown;
        _effect = SqlEffect.None;
        _focus = default;
        _verb = _target = _name = _setting = _value = null;
        _isDefault = _withHold = _isExecuted = false;
        _isolation = SqlIsolation.Unspecified;
        _isReadOnly = null;
        _onCommit = SqlOnCommit.Unspecified;
        ResetQuery();
    }

    private void Read()
    {
        var first = _tokens.Word(0);

        // A lone word is more often the name of a stored procedure than a statement.
        if (_tokens.Count == 1 && !StandsAlone(first))
            return;

        switch (first)
        {
            case SqlWord.Begin:
                if (ReadTransactionModes(IsTransactionWord(1) ? 2 : 1))
                    Become(SqlKind.Begin, SqlEffect.Begins, focusEnd: _tokens.Count - 1);
                break;
            case SqlWord.Start:
                if (_tokens.Word(1) == SqlWord.Transaction && ReadTransactionModes(2))
                    Become(SqlKind.Begin, SqlEffect.Begins, focusEnd: _tokens.Count - 1);
                break;
            case SqlWord.Commit when _tokens.Word(1) == SqlWord.Prepared:
                ReadGlobalId(SqlKind.CommitPrepared, SqlEffect.None);
                break;
            case SqlWord.Rollback when _tokens.Word(1) == SqlWord.Prepared:
                ReadGlobalId(SqlKind.RollbackPrepared, SqlEffect.None);
                break;
            case SqlWord.Prepare when _tokens.Word(1) == SqlWord.Transaction:
                ReadGlobalId(SqlKind.PrepareTransaction, SqlEffect.Commits);
                break;
            case SqlWord.Commit or SqlWord.End:
                ReadEnd(SqlKind.Commit, SqlKind.CommitAndChain, SqlEffect.Commits);
                break;
            case SqlWord.Rollback or SqlWord.Abort:
                ReadRollback();
                break;
            case SqlWord.Savepoint:
                ReadNamed(SqlKind.Savepoint, 1);
                break;
            case SqlWord.Release:
                ReadNamed(SqlKind.Release, _tokens.Word(1) == SqlWord.Savepoint ? 2 : 1);
                break;
            default:
                if (!ReadSession(first) && !ReadDefinition(first))
                    ReadData(first);
                break;
        }
    }

    private static bool StandsAlone(SqlWord word) => word is SqlWord.Begin or SqlWord.Commit or SqlWord.End or SqlWord.Rollback or SqlWord.Abort
        or SqlWord.Select or SqlWord.Vacuum or SqlWord.Analyze or SqlWord.Analyse or SqlWord.Cluster or SqlWord.Checkpoint;

    private bool IsTransactionWord(int index) => _tokens.Word(index) is SqlWord.Work or SqlWord.Transaction;

    /// <summary>Settles kind and effect; the focus ends with the token at <paramref name="focusEnd"/>.</summary>
    private void Become(SqlKind kind, SqlEffect effect, int focusEnd = 0)
    {
        _kind = kind;
        _effect |= effect;
        _focus = SqlSpan.Between(_tokens[0], _tokens[focusEnd < _tokens.Count ? focusEnd : _tokens.Count - 1]);
    }

    /// <summary>COMMIT, END, ROLLBACK, ABORT [WORK | TRANSACTION] [AND [NO] CHAIN], and nothing behind.</summary>
    private void ReadEnd(SqlKind plain, SqlKind chained, SqlEffect effect)
    {
        int next = IsTransactionWord(1) ? 2 : 1;
        bool chain = _tokens.Is(next, SqlWord.And, SqlWord.Chain);
        if (chain)
            next += 2;
        else if (_tokens.Is(next, SqlWord.And, SqlWord.No) && _tokens.Word(next + 2) == SqlWord.Chain)
            next += 3;
        if (next == _tokens.Count)
            Become(chain ? chained : plain, chain ? effect | SqlEffect.Chains : effect, next - 1);
    }

    private void ReadRollback()
    {
        int next = IsTransactionWord(1) ? 2 : 1;
        if (_tokens.Word(next) != SqlWord.To || _tokens.Word(0) == SqlWord.Abort)
            ReadEnd(SqlKind.Rollback, SqlKind.RollbackAndChain, SqlEffect.RollsBack);
        else
            ReadNamed(SqlKind.RollbackTo, _tokens.Word(next + 1) == SqlWord.Savepoint ? next + 2 : next + 1);
    }

    /// <summary>A statement whose only object is a name that is not a relation's.</summary>
    private void ReadNamed(SqlKind kind, int index, SqlEffect effect = SqlEffect.Reads)
    {
        if (!_tokens[index].IsName)
            return;
        _name = NameAt(index);
        Become(kind, effect, index);
    }

    private void ReadGlobalId(SqlKind kind, SqlEffect effect)
    {
        if (!_tokens[2].IsString && _tokens.KindAt(2) != SqlTokenKind.Hole)
            return;
        _name = ValueAt(2);
        Become(kind, effect, 1);
    }

    /// <summary>A list of transaction modes up to the end, with or without commas. False where something else stands there.</summary>
    private bool ReadTransactionModes(int index)
    {
        while (index < _tokens.Count)
        {
            switch (_tokens.Word(index))
            {
                case SqlWord.Isolation when _tokens.Word(index + 1) == SqlWord.Level:
                    index = ReadIsolation(index + 2);
                    if (_isolation == SqlIsolation.Unspecified)
                        return false;
                    break;
                case SqlWord.Read when _tokens.Word(index + 1) is SqlWord.Only or SqlWord.Write:
                    _isReadOnly = _tokens.Word(index + 1) == SqlWord.Only;
                    index += 2;
                    break;
                case SqlWord.Not when _tokens.Word(index + 1) == SqlWord.Deferrable:
                    index += 2;
                    break;
                case SqlWord.Deferrable:
                    index++;
                    break;
                default:
                    // A hole may be any mode.
                    if (_tokens.KindAt(index) == SqlTokenKind.Hole)
                        _isolation = SqlIsolation.Unknown;
                    else if (_tokens.KindAt(index) != SqlTokenKind.Comma)
                        return false;
                    index++;
                    break;
            }
        }

        return true;
    }

    private int ReadIsolation(int index)
    {
        switch (_tokens.Word(index))
        {
            case SqlWord.Serializable:
                _isolation = SqlIsolation.Serializable;
                return index + 1;
            case SqlWord.Repeatable when _tokens.Word(index + 1) == SqlWord.Read:
                _isolation = SqlIsolation.RepeatableRead;
                return index + 2;
            case SqlWord.Read when _tokens.Word(index + 1) == SqlWord.Committed:
                _isolation = SqlIsolation.ReadCommitted;
                return index + 2;
            case SqlWord.Read when _tokens.Word(index + 1) == SqlWord.Uncommitted:
                _isolation = SqlIsolation.ReadUncommitted;
                return index + 2;
        }

        if (_tokens.KindAt(index) == SqlTokenKind.Hole)
            _isolation = SqlIsolation.Unknown;
        return index + 1;
    }
}
