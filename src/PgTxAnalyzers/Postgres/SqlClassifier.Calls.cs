using System.Collections.Generic;
using System.Collections.Immutable;

namespace PgTxAnalyzers.Postgres;

/// <summary>Which functions are of interest.</summary>
internal static class SqlCalls
{
    public static SqlCallKind? KindOf(SqlWord function)
    {
        switch (function)
        {
            case SqlWord.PgAdvisoryLock or SqlWord.PgAdvisoryLockShared or SqlWord.PgTryAdvisoryLock or SqlWord.PgTryAdvisoryLockShared:
                return SqlCallKind.SessionAdvisoryLock;
            case SqlWord.PgAdvisoryUnlock or SqlWord.PgAdvisoryUnlockShared or SqlWord.PgAdvisoryUnlockAll:
                return SqlCallKind.SessionAdvisoryUnlock;
            case SqlWord.PgAdvisoryXactLock or SqlWord.PgAdvisoryXactLockShared or SqlWord.PgTryAdvisoryXactLock or SqlWord.PgTryAdvisoryXactLockShared:
                return SqlCallKind.TransactionAdvisoryLock;
            case SqlWord.SetConfig: return SqlCallKind.SetConfig;
            case SqlWord.Nextval: return SqlCallKind.Nextval;
            case SqlWord.Currval: return SqlCallKind.Currval;
            case SqlWord.Lastval: return SqlCallKind.Lastval;
            case SqlWord.PgNotify: return SqlCallKind.Notify;
            case SqlWord.PgExportSnapshot: return SqlCallKind.ExportSnapshot;
            default: return null;
        }
    }
}

// What a call does.
internal sealed partial class SqlClassifier
{
    private SqlCall CreateCall(SqlCallKind kind, int name, List<(int First, int Last)> arguments, int close)
    {
        string? setting = null;
        string? value = null;
        bool? isLocal = null;
        switch (kind)
        {
            case SqlCallKind.SessionAdvisoryLock:
                _effect |= SqlEffect.Locks | SqlEffect.SessionState;
                break;
            case SqlCallKind.SessionAdvisoryUnlock:
                _effect |= SqlEffect.SessionState;
                break;
            case SqlCallKind.TransactionAdvisoryLock:
                _effect |= SqlEffect.Locks;
                break;
            case SqlCallKind.SetConfig:
                setting = ArgumentValue(arguments, 0)?.ToLowerInvariant();
                value = ArgumentValue(arguments, 1);
                isLocal = ToBoolean(ArgumentValue(arguments, 2));
                if (isLocal == true && setting == IdleTransactionTimeout && IsZero(value))
                    _effect |= SqlEffect.IntendsLongTransaction;
                else if (isLocal == false && !IsTransactionSetting(setting))
                    _effect |= SqlEffect.SessionState;
                break;
        }

        var spans = ImmutableArray.CreateBuilder<SqlSpan>(arguments.Count);
        foreach (var (first, last) in arguments)
            spans.Add(first <= last ? SqlSpan.Between(_tokens[first], _tokens[last]) : new SqlSpan(_tokens[first].Start, 0));

        var nameToken = _tokens[name];
        return new SqlCall
        {
            Kind = kind,
            Name = SqlWords.TextOf(FunctionAt(name)),
            NameSpan = new SqlSpan(nameToken.Start, nameToken.Length),
            Span = SqlSpan.Between(nameToken, _tokens[close < _tokens.Count ? close : _tokens.Count - 1]),
            Arguments = spans.MoveToImmutable(),
            Setting = setting,
            Value = value,
            IsLocal = isLocal,
        };
    }

    /// <summary>The literal that is the argument of that position, with a cast behind it or not.</summary>
    private string? ArgumentValue(List<(int First, int Last)> arguments, int position)
    {
        if (position >= arguments.Count)
            return null;
        var (first, last) = arguments[position];
        return first == last || (first < last && _tokens.KindAt(first + 1) == SqlTokenKind.Cast) ? LiteralAt(first) : null;
    }

    /// <summary>A literal or TRUE and FALSE; a column's name is no value here.</summary>
    private string? LiteralAt(int index)
        => _tokens[index].IsString || _tokens.KindAt(index) == SqlTokenKind.Number || _tokens.Word(index) is SqlWord.True or SqlWord.False ? ValueAt(index) : null;

    /// <summary>PostgreSQL's spellings of a truth value, of which any beginning will do.</summary>
    private static bool? ToBoolean(string? text)
    {
        string value = text?.Trim().ToLowerInvariant() ?? "";
        if (value.Length == 0 || value == "o")
            return null;
        foreach (string word in new[] { "true", "yes", "on", "1" })
        {
            if (word.StartsWith(value, System.StringComparison.Ordinal))
                return true;
        }

        foreach (string word in new[] { "false", "no", "off", "0" })
        {
            if (word.StartsWith(value, System.StringComparison.Ordinal))
                return false;
        }

        return null;
    }
}
