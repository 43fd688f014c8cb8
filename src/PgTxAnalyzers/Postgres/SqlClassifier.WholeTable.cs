namespace PgTxAnalyzers.Postgres;

// Statements whose work grows with the table.
internal sealed partial class SqlClassifier
{
    private bool IsWholeTable()
    {
        if (_kind is not (SqlKind.Select or SqlKind.Update or SqlKind.Delete) || _tokens.Word(0) is not (SqlWord.Select or SqlWord.Update or SqlWord.Delete))
            return false;
        bool reads = _kind == SqlKind.Select;
        bool from = !reads;
        int depth = 0;
        for (int i = 0; i < _tokens.Count; i++)
        {
            switch (_tokens.KindAt(i))
            {
                case SqlTokenKind.Hole:
                case SqlTokenKind.OpenParenthesis when reads:
                    return false;
                case SqlTokenKind.OpenParenthesis:
                    depth++;
                    break;
                case SqlTokenKind.CloseParenthesis:
                    depth--;
                    break;
                case SqlTokenKind.Identifier when depth == 0:
                    if (_tokens.Word(i) is SqlWord.Where or SqlWord.Limit or SqlWord.Fetch or SqlWord.Group)
                        return false;
                    from |= _tokens.Word(i) == SqlWord.From && _tokens.Word(i - 1) != SqlWord.Distinct;
                    break;
            }
        }

        return from;
    }
}
