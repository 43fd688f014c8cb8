using System.Text;

namespace PgTxAnalyzers.Postgres;

// Statements that define or change objects.
internal sealed partial class SqlClassifier
{
    private const SqlEffect Defines = SqlEffect.Reads | SqlEffect.Locks | SqlEffect.ChangesData;

    /// <summary>True where the first word belongs to this part, whether or not the rest makes a statement.</summary>
    private bool ReadDefinition(SqlWord first)
    {
        switch (first)
        {
            case SqlWord.Create or SqlWord.Alter or SqlWord.Drop:
                ReadObjectStatement(first);
                return true;
            case SqlWord.Comment when _tokens.Word(1) == SqlWord.On:
            case SqlWord.Security when _tokens.Word(1) == SqlWord.Label:
            case SqlWord.Reassign when _tokens.Word(1) == SqlWord.Owned:
                BecomeDefinition(1);
                return true;
            case SqlWord.Import when _tokens.Is(1, SqlWord.Foreign, SqlWord.Schema):
                BecomeDefinition(2);
                return true;
            case SqlWord.Reindex or SqlWord.Cluster:
                BecomeDefinition(0);
                return true;
            case SqlWord.Truncate:
                ReadRelation(SqlKind.Truncate, _tokens.Word(1) == SqlWord.Table ? 2 : 1, Defines);
                return true;
            case SqlWord.Refresh:
                if (_tokens.Is(1, SqlWord.Materialized, SqlWord.View))
                    ReadRelation(SqlKind.Refresh, _tokens.Word(3) == SqlWord.Concurrently ? 4 : 3, Defines);
                return true;
            case SqlWord.Grant:
                Become(SqlKind.Grant, Defines);
                return true;
            case SqlWord.Revoke:
                Become(SqlKind.Revoke, Defines);
                return true;
            default:
                return false;
        }
    }

    private void BecomeDefinition(int lastOfVerb)
    {
        var verb = new StringBuilder();
        for (int i = 0; i <= lastOfVerb; i++)
            verb.Append(i > 0 ? " " : "").Append(SqlWords.UpperTextOf(_tokens.Word(i)));
        _verb = verb.ToString();
        if (_verb == "COMMENT ON")
            _verb = "COMMENT";
        Become(SqlKind.Ddl, Defines, lastOfVerb);
    }

    /// <summary>A statement whose first relation stands at <paramref name="index"/>, with or without ONLY.</summary>
    private bool ReadRelation(SqlKind kind, int index, SqlEffect effect)
    {
        if (_tokens.Word(index) == SqlWord.Only)
            index++;
        if (!_tokens[index].IsName)
            return false;
        _target = ReadName(ref index);
        Become(kind, effect, index - 1);
        return true;
    }

    /// <summary>CREATE, ALTER, DROP: modifiers, the kind of object, its name.</summary>
    private void ReadObjectStatement(SqlWord first)
    {
        int index = 1;
        bool temporary = false;
        if (first == SqlWord.Create)
        {
            for (; IsModifier(_tokens.Word(index)); index++)
                temporary |= _tokens.Word(index) is SqlWord.Temp or SqlWord.Temporary;
        }
        else if (_tokens.Is(index, SqlWord.Procedural, SqlWord.Language))
        {
            index++;
        }

        var type = _tokens.Word(index);
        string? typeText = ReadObjectType(ref index);
        if (typeText is null)
        {
            if (_tokens.KindAt(index) == SqlTokenKind.Hole)
                Become(SqlKind.Ddl, Defines);
            return;
        }

        _verb = SqlWords.UpperTextOf(first) + " " + typeText;
        while (_tokens.Word(index) is SqlWord.Concurrently or SqlWord.If or SqlWord.Not or SqlWord.Exists or SqlWord.Only)
            index++;
        bool relation = type is SqlWord.Table or SqlWord.View or SqlWord.Sequence or SqlWord.Materialized or SqlWord.Foreign or SqlWord.Index;
        temporary |= first == SqlWord.Create && relation && _tokens.Word(index) == SqlWord.PgTemp && _tokens.KindAt(index + 1) == SqlTokenKind.Dot;
        int name = index;
        if (_tokens[index].IsName && _tokens.Word(index) != SqlWord.On)
        {
            _target = ReadName(ref index);
            name = index - 1;
        }

        if (first == SqlWord.Create && type is SqlWord.Index or SqlWord.Trigger or SqlWord.Policy)
            ReadDefinedOn(index);
        if (!temporary)
        {
            Become(SqlKind.Ddl, Defines, name);
        }
        else
        {
            _onCommit = ReadOnCommit(index);
            Become(SqlKind.CreateTemp, _onCommit == SqlOnCommit.Drop ? SqlEffect.Reads : SqlEffect.Reads | SqlEffect.SessionState, name);
        }

        // Of all definitions, only these run a query now; a view's, a function's and a default's run later, elsewhere.
        if (first == SqlWord.Create && (type == SqlWord.Table || typeText == "MATERIALIZED VIEW") && QueryBehindAs(index) is var query && query > 0)
            ScanQuery(query);
    }

    private static bool IsModifier(SqlWord word) => word is SqlWord.Or or SqlWord.Replace or SqlWord.Temp or SqlWord.Temporary or SqlWord.Local
        or SqlWord.Global or SqlWord.Unlogged or SqlWord.Unique or SqlWord.Recursive or SqlWord.Constraint or SqlWord.Trusted
        or SqlWord.Procedural or SqlWord.Default;

    /// <summary>The kind of object as the server's command tag writes it, and the index behind it.</summary>
    private string? ReadObjectType(ref int index)
    {
        var first = _tokens.Word(index);
        var second = _tokens.Word(index + 1);
        var third = _tokens.Word(index + 2);
        int words = (first, second) switch
        {
            (SqlWord.Foreign, SqlWord.Data) when third == SqlWord.Wrapper => 3,
            (SqlWord.Text, SqlWord.Search) when third is SqlWord.Configuration or SqlWord.Dictionary or SqlWord.Parser or SqlWord.Template => 3,
            (SqlWord.Materialized, SqlWord.View) or (SqlWord.Foreign, SqlWord.Table) or (SqlWord.Event, SqlWord.Trigger) => 2,
            (SqlWord.User, SqlWord.Mapping) or (SqlWord.Access, SqlWord.Method) or (SqlWord.Large, SqlWord.Object) => 2,
            (SqlWord.Operator, SqlWord.Class or SqlWord.Family) => 2,
            (SqlWord.Default, SqlWord.Privileges) => 2,
            (SqlWord.Aggregate or SqlWord.Cast or SqlWord.Collation or SqlWord.Conversion or SqlWord.Database or SqlWord.Domain
                or SqlWord.Extension or SqlWord.Function or SqlWord.Group or SqlWord.Index or SqlWord.Language or SqlWord.Operator
                or SqlWord.Owned or SqlWord.Policy or SqlWord.Procedure or SqlWord.Publication or SqlWord.Role or SqlWord.Routine
                or SqlWord.Rule or SqlWord.Schema or SqlWord.Sequence or SqlWord.Server or SqlWord.Statistics or SqlWord.Subscription
                or SqlWord.System or SqlWord.Table or SqlWord.Tablespace or SqlWord.Transform or SqlWord.Trigger or SqlWord.Type
                or SqlWord.User or SqlWord.View, _) => 1,
            _ => 0,
        };
        if (words == 0)
            return null;

        // A user and a group are roles, but for the mapping.
        if (words == 1 && first is SqlWord.User or SqlWord.Group)
            first = SqlWord.Role;
        string text = SqlWords.UpperTextOf(first);
        for (int i = 1; i < words; i++)
            text += " " + SqlWords.UpperTextOf(_tokens.Word(index + i));
        index += words;
        return text;
    }

    /// <summary>An index, a trigger, a policy locks the table that it is put on.</summary>
    private void ReadDefinedOn(int index)
    {
        for (; index < _tokens.Count; index++)
        {
            if (_tokens.Word(index) != SqlWord.On)
                continue;
            index += _tokens.Word(index + 1) == SqlWord.Only ? 2 : 1;
            _target = ReadName(ref index);
            return;
        }
    }

    private SqlOnCommit ReadOnCommit(int index)
    {
        for (; index < _tokens.Count; index++)
        {
            if (!_tokens.Is(index, SqlWord.On, SqlWord.Commit))
                continue;
            switch (_tokens.Word(index + 2))
            {
                case SqlWord.Drop: return SqlOnCommit.Drop;
                case SqlWord.Delete: return SqlOnCommit.DeleteRows;
                case SqlWord.Preserve: return SqlOnCommit.PreserveRows;
            }
        }

        return SqlOnCommit.Unspecified;
    }

    /// <summary>Where CREATE TABLE … AS has its query, or 0.</summary>
    private int QueryBehindAs(int index)
    {
        int depth = 0;
        for (; index < _tokens.Count; index++)
        {
            switch (_tokens.KindAt(index))
            {
                case SqlTokenKind.OpenParenthesis:
                    depth++;
                    break;
                case SqlTokenKind.CloseParenthesis:
                    depth--;
                    break;
                case SqlTokenKind.Identifier when depth == 0 && _tokens.Word(index) == SqlWord.As:
                    return index + 1;
            }
        }

        return 0;
    }
}
