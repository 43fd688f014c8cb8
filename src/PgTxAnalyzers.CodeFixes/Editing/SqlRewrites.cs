using System.Linq;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The rewrites of SQL that the pooling fixes make. What is inserted has no character that a literal would have to escape.</summary>
internal static class SqlRewrites
{
    /// <summary>Each setting of the text ends with its transaction. False where one of them has no such form.</summary>
    public static bool SetLocal(SessionText text, TextEdits edits)
    {
        var any = false;
        foreach (var statement in text.Sql.Statements)
        {
            switch (statement.Kind)
            {
                case SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization:
                    if (!SetLocal(text, statement, edits))
                    {
                        return false;
                    }

                    any = true;
                    break;
                case SqlKind.Reset or SqlKind.Discard or SqlKind.SetSessionCharacteristics:
                    return false;
            }

            foreach (var call in statement.Calls.Where(c => c is { Kind: SqlCallKind.SetConfig, IsLocal: false }))
            {
                if (call.Arguments.Length != 3 || !text.Replace(edits, call.Arguments[2], "true"))
                {
                    return false;
                }

                any = true;
            }
        }

        return any;
    }

    private static bool SetLocal(SessionText text, SqlStatement statement, TextEdits edits)
    {
        var tokens = Tokens(text, statement);
        if (tokens.Count < 2)
        {
            return false;
        }

        // SET SESSION AUTHORIZATION has its SESSION for another reason.
        return tokens.Word(1) == SqlWord.Session && tokens.Word(2) != SqlWord.Authorization
            ? text.Replace(edits, SqlSpan.Between(tokens[1], tokens[1]), IsLower(text, tokens[1]) ? "local" : "LOCAL")
            : text.Insert(edits, tokens[0].End, IsLower(text, tokens[0]) ? " local" : " LOCAL");
    }

    /// <summary>Each lock of the session becomes one of the transaction. False where the text unlocks too.</summary>
    public static bool TransactionLock(SessionText text, TextEdits edits)
    {
        var any = false;
        foreach (var call in text.Sql.Statements.SelectMany(s => s.Calls))
        {
            switch (call.Kind)
            {
                case SqlCallKind.SessionAdvisoryUnlock:
                    return false;
                case SqlCallKind.SessionAdvisoryLock:
                    var lower = call.Name.Replace("advisory_", "advisory_xact_");
                    if (!text.Replace(edits, call.NameSpan, text.Content[call.NameSpan.Start] == 'P' ? lower.ToUpperInvariant() : lower))
                    {
                        return false;
                    }

                    any = true;
                    break;
            }
        }

        return any;
    }

    /// <summary>Each temporary table ends with its transaction. False for SELECT INTO, which has no such clause, and for views and sequences.</summary>
    public static bool OnCommitDrop(SessionText text, TextEdits edits)
    {
        var any = false;
        foreach (var statement in text.Sql.Statements.Where(s => s.Kind == SqlKind.CreateTemp && s.OnCommit != SqlOnCommit.Drop))
        {
            if (statement.Verb != "CREATE TABLE" || !OnCommitDrop(text, statement, edits))
            {
                return false;
            }

            any = true;
        }

        return any;
    }

    private static bool OnCommitDrop(SessionText text, SqlStatement statement, TextEdits edits)
    {
        var tokens = Tokens(text, statement);
        var depth = 0;
        for (var i = 1; i < tokens.Count; i++)
        {
            switch (tokens.KindAt(i))
            {
                case SqlTokenKind.OpenParenthesis:
                    depth++;
                    break;
                case SqlTokenKind.CloseParenthesis:
                    depth--;
                    break;
                case SqlTokenKind.Identifier when depth == 0 && tokens.Is(i, SqlWord.On, SqlWord.Commit) && tokens.Word(i + 3) == SqlWord.Rows:
                    return text.Replace(edits, SqlSpan.Between(tokens[i + 2], tokens[i + 3]), IsLower(text, tokens[i]) ? "drop" : "DROP");

                // In front of the query, and of the table space.
                case SqlTokenKind.Identifier when depth == 0 && tokens.Word(i) is SqlWord.As or SqlWord.Tablespace:
                    return text.Insert(edits, tokens[i - 1].End, Clause(text, tokens));
            }
        }

        return text.Insert(edits, tokens[tokens.Count - 1].End, Clause(text, tokens));
    }

    private static string Clause(SessionText text, SqlTokens tokens) => IsLower(text, tokens[0]) ? " on commit drop" : " ON COMMIT DROP";

    private static bool IsLower(SessionText text, SqlToken token) => char.IsLower(text.Content[token.Start]);

    private static SqlTokens Tokens(SessionText text, SqlStatement statement)
    {
        var tokens = new SqlTokens(text.Content);
        var scanner = new SqlScanner(text.Content);
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.EndOfText && token.Start < statement.End; token = scanner.Next())
        {
            if (token.Start >= statement.Start && !token.IsTrivia)
            {
                tokens.Add(token);
            }
        }

        return tokens;
    }
}
