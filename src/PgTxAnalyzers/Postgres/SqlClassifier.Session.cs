
namespace PgTxAnalyzers.Postgres;

// Settings, and what else lives in a session.
internal sealed partial class SqlClassifier
{
    /// <summary>True where the first word belongs to this part, whether or not the rest makes a statement.</summary>
    private bool ReadSession(SqlWord first)
    {
        switch (first)
        {
            case SqlWord.Set:
                ReadSet();
                return true;
            case SqlWord.Reset:
                ReadSettingName(1, SqlKind.Reset, SqlEffect.Reads | SqlEffect.SessionState);
                return true;
            case SqlWord.Show:
                ReadSettingName(1, SqlKind.Show, SqlEffect.Reads);
                return true;
            case SqlWord.Discard:
                if (_tokens.Word(1) is SqlWord.All or SqlWord.Plans or SqlWord.Sequences or SqlWord.Temp or SqlWord.Temporary)
                {
                    _name = SqlWords.UpperTextOf(_tokens.Word(1));
                    Become(SqlKind.Discard, SqlEffect.Reads | SqlEffect.SessionState, 1);
                }

                return true;
            case SqlWord.Prepare:
                ReadNamed(SqlKind.Prepare, 1, SqlEffect.Reads | SqlEffect.SessionState);
                return true;
            case SqlWord.Execute:
                ReadNamed(SqlKind.Execute, 1, SqlEffect.Reads | SqlEffect.SessionState);
                ScanQuery(2);
                return true;
            case SqlWord.Deallocate:
                ReadNamedOrAll(SqlKind.Deallocate, _tokens.Word(1) == SqlWord.Prepare && _tokens.Count > 2 ? 2 : 1, SqlEffect.Reads | SqlEffect.SessionState);
                return true;
            case SqlWord.Listen:
                ReadNamed(SqlKind.Listen, 1, SqlEffect.Reads | SqlEffect.SessionState);
                return true;
            case SqlWord.Unlisten:
                ReadNamedOrAll(SqlKind.Unlisten, 1, SqlEffect.Reads | SqlEffect.SessionState);
                return true;
            case SqlWord.Notify:
                ReadNamed(SqlKind.Notify, 1);
                return true;
            case SqlWord.Declare:
                ReadDeclare();
                return true;
            case SqlWord.Fetch or SqlWord.Move:
                // FETCH [direction] [FROM | IN] cursor: the cursor is the last word, whatever is in front.
                ReadNamed(first == SqlWord.Fetch ? SqlKind.Fetch : SqlKind.Move, _tokens.Count - 1);
                return true;
            case SqlWord.Close:
                ReadNamedOrAll(SqlKind.Close, 1, SqlEffect.Reads);
                return true;
            case SqlWord.Load:
                if (_tokens[1].IsString || _tokens.KindAt(1) == SqlTokenKind.Hole)
                {
                    _name = ValueAt(1);
                    Become(SqlKind.Load, SqlEffect.Reads | SqlEffect.SessionState, 1);
                }

                return true;
            default:
                return false;
        }
    }

    private void ReadNamedOrAll(SqlKind kind, int index, SqlEffect effect)
    {
        ReadNamed(kind, index, effect);
        bool star = IsOperator(index, "*");
        if (!star && _tokens.Word(index) != SqlWord.All)
            return;
        _name = star ? "*" : "ALL";
        Become(kind, effect, index);
    }

    private void ReadSet()
    {
        int index = 1;
        bool local = _tokens.Word(1) == SqlWord.Local;
        if (_tokens.Is(1, SqlWord.Session, SqlWord.Characteristics))
        {
            if (_tokens.Is(3, SqlWord.As, SqlWord.Transaction) && ReadTransactionModes(5))
                Become(SqlKind.SetSessionCharacteristics, SqlEffect.Reads | SqlEffect.SessionState, 2);
            return;
        }

        if (_tokens.Word(1) == SqlWord.Constraints)
        {
            Become(SqlKind.SetConstraints, SqlEffect.Reads, 1);
            return;
        }

        if (local || (_tokens.Word(1) == SqlWord.Session && _tokens.Word(2) != SqlWord.Authorization))
            index = 2;
        if (_tokens.Word(index) == SqlWord.Transaction)
            ReadSetTransaction(index);
        else
            ReadSetting(index, local);
    }

    private void ReadSetTransaction(int index)
    {
        if (_tokens.Word(index + 1) == SqlWord.Snapshot)
            _name = ValueAt(index + 2);
        else if (index + 1 == _tokens.Count || !ReadTransactionModes(index + 1))
            return;
        Become(SqlKind.SetTransaction, SqlEffect.Reads, index);
    }

    private void ReadSetting(int index, bool local)
    {
        // SET $hole x = 1 may say LOCAL or SESSION in the hole: then nothing is known.
        int value = ReadSettingName(index, SqlKind.Set, SqlEffect.Reads);
        if (value == 0)
            return;
        bool special = _tokens.Word(index) is SqlWord.Time or SqlWord.Schema or SqlWord.Names or SqlWord.Seed or SqlWord.Catalog
            or SqlWord.Xml or SqlWord.Role or SqlWord.Session;
        if (_tokens.Word(value) == SqlWord.To || IsOperator(value, "="))
            value++;
        else if (_tokens.Is(value, SqlWord.From, SqlWord.Current) && !special)
            value = _tokens.Count;
        else if (!special)
        {
            _kind = SqlKind.Unknown;
            return;
        }

        _isDefault = _tokens.Word(value) == SqlWord.Default;
        if (!_isDefault)
            _value = SingleValue(value);
        if (IsTransactionSetting(_setting))
        {
            _kind = SqlKind.SetTransaction;
            ReadIsolationValue();
        }
        else if (local)
        {
            _kind = SqlKind.SetLocal;
            if (_setting == IdleTransactionTimeout && IsZero(_value))
                _effect |= SqlEffect.IntendsLongTransaction;
        }
        else
        {
            _kind = _setting switch { "role" => SqlKind.SetRole, "session_authorization" => SqlKind.SetSessionAuthorization, _ => SqlKind.Set };
            _effect |= SqlEffect.SessionState;
        }
    }

    private const string IdleTransactionTimeout = "idle_in_transaction_session_timeout";

    /// <summary>These three are settings in form only: they end with the transaction, whatever the scope.</summary>
    private static bool IsTransactionSetting(string? setting)
        => setting is "transaction_isolation" or "transaction_read_only" or "transaction_deferrable";

    private void ReadIsolationValue()
    {
        if (_setting != "transaction_isolation")
            return;
        _isolation = _value?.ToLowerInvariant() switch
        {
            "serializable" => SqlIsolation.Serializable,
            "repeatable read" => SqlIsolation.RepeatableRead,
            "read committed" => SqlIsolation.ReadCommitted,
            "read uncommitted" => SqlIsolation.ReadUncommitted,
            _ => SqlIsolation.Unknown,
        };
    }

    /// <summary>Reads a setting by any of its spellings; the index behind it, or 0 when there is none.</summary>
    private int ReadSettingName(int index, SqlKind kind, SqlEffect effect)
    {
        int next = index + 1;
        switch (_tokens.Word(index))
        {
            case SqlWord.Time when _tokens.Word(next) == SqlWord.Zone:
                _setting = "timezone";
                next++;
                break;
            case SqlWord.Session when _tokens.Word(next) == SqlWord.Authorization:
                _setting = "session_authorization";
                next++;
                break;
            case SqlWord.Transaction when _tokens.Is(next, SqlWord.Isolation, SqlWord.Level):
                _setting = "transaction_isolation";
                next += 2;
                break;
            case SqlWord.Xml when _tokens.Word(next) == SqlWord.Option:
                _setting = "xmloption";
                next++;
                break;
            case SqlWord.Schema when _tokens[next].IsString || _tokens.KindAt(next) == SqlTokenKind.Hole:
                _setting = "search_path";
                break;
            case SqlWord.Names when kind == SqlKind.Set:
                _setting = "client_encoding";
                break;
            default:
                if (!_tokens[index].IsName)
                    return 0;
                next = index;
                _setting = ReadName(ref next)?.ToLowerInvariant();
                break;
        }

        Become(kind, effect, next - 1);
        return next;
    }

    private void ReadDeclare()
    {
        int index = 2;
        while (_tokens.Word(index) is SqlWord.Binary or SqlWord.Insensitive or SqlWord.Asensitive or SqlWord.No or SqlWord.Scroll)
            index++;
        if (!_tokens[1].IsName || _tokens.Word(index) != SqlWord.Cursor)
            return;
        _name = NameAt(1);
        _withHold = _tokens.Is(index + 1, SqlWord.With, SqlWord.Hold);
        Become(SqlKind.DeclareCursor, _withHold ? SqlEffect.Reads | SqlEffect.SessionState : SqlEffect.Reads, _withHold ? index + 2 : index);
        ScanQuery(index + 1);
    }

    /// <summary>The value where it is a single literal or word; null for a list, an expression, or what is not known.</summary>
    private string? SingleValue(int index)
    {
        bool negative = IsOperator(index, "-");
        if (negative || IsOperator(index, "+"))
            index++;
        if (index != _tokens.Count - 1 || ValueAt(index) is not { } value)
            return null;
        return negative ? "-" + value : value;
    }

    /// <summary>Zero in any spelling that PostgreSQL takes for a time: 0, '0', '0ms', '0 min', '00.0'.</summary>
    private static bool IsZero(string? value)
    {
        if (value is null)
            return false;
        string number = value.Trim().TrimStart('+', '-').TrimEnd("abcdefghijklmnopqrstuvwxyz ".ToCharArray());
        return number.IndexOf('0') >= 0 && number.Trim('0', '.').Length == 0;
    }

    private bool IsOperator(int index, string text)
    {
        var token = _tokens[index];
        return token.Kind == SqlTokenKind.Operator && token.Length == text.Length
            && string.CompareOrdinal(_tokens.Text, token.Start, text, 0, text.Length) == 0;
    }
}
