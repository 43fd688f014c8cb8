using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Tests.Postgres;

namespace PgTxAnalyzers.LiveTests.Postgres;

/// <summary>
/// What the SQL reader says of statements, held against what a server does with them: its command tag, whether it is in a transaction afterwards, whether the statement has taken a
/// transaction number, and into how many statements it cuts a text.
/// </summary>
public sealed class SqlReaderLiveTests(LiveServers servers, ITestOutputHelper output)
{
    [Fact]
    public async Task The_server_answers_each_statement_as_the_reader_reads_it()
    {
        await using var database = await Prepared();
        List<string> wrong = [];
        var asked = 0;
        try
        {
            var version = int.Parse((await database.Rows("SHOW server_version_num"))[0], System.Globalization.CultureInfo.InvariantCulture) / 10_000;
            await using var session = await RawSession.Connect(database.ConnectionString);
            foreach (var statement in PostgresStatements.All.Where(statement => statement.Since <= version))
            {
                asked++;
                if (await Wrong(session, statement) is { } what)
                    wrong.Add($"{statement.Sql}\n    {what}");
            }
        }
        finally
        {
            await Drop(database);
        }

        output.WriteLine($"{asked} statements");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {asked}:\n{string.Join("\n", wrong)}");
        Assert.True(asked >= 300, $"{asked} statements only");
    }

    [Fact]
    public async Task The_server_cuts_a_text_where_the_reader_does()
    {
        await using var database = await Prepared();
        try
        {
            await using var session = await RawSession.Connect(database.ConnectionString);
            foreach (var (text, statements) in PostgresStatements.Texts)
            {
                // A savepoint alone is refused; all other texts bring their transaction along.
                if (SqlText.Classify(text).Statements[0].Kind == SqlKind.Savepoint)
                    await session.Ask("BEGIN");
                var answer = await session.Ask(text);
                await session.Ask("ROLLBACK");
                await session.Ask("DROP ROUTINE IF EXISTS fresh()");
                Assert.True(answer.Error is null, $"{text}\n{answer.Error}");
                Assert.Equal(SqlText.Classify(text).Statements.Length, answer.Tags.Count);
                Assert.Equal(statements.Length, answer.Tags.Count);
            }
        }
        finally
        {
            await Drop(database);
        }
    }

    /// <summary>Null where reader and server agree.</summary>
    private static async Task<string?> Wrong(RawSession session, PostgresStatement statement)
    {
        foreach (var before in new[] { statement.Outside ? null : "BEGIN", statement.Before }.OfType<string>())
        {
            if ((await session.Ask(before)).Error is { } failed)
                return $"before it, {before}: {failed}";
        }

        var answer = await session.Ask(statement.Sql);
        var number = answer.Status == 'T' && answer.Error is null && statement.Before is null ? (await session.Ask("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")).Value : null;
        foreach (var after in new[] { "ROLLBACK", "DISCARD ALL", statement.After }.OfType<string>())
        {
            if ((await session.Ask(after)).Error is { } failed)
                return $"after it, {after}: {failed}";
        }

        if (answer.Error is not null)
            return answer.Error;

        // A text without a statement has no tag.
        var read = Assert.Single(SqlText.Classify(statement.Sql).Statements);
        var tag = string.Join(", ", answer.Tags);
        return tag != statement.Tag ? $"tag {tag}, expected {statement.Tag}"
            : StatusAfter(read.Kind) is { } status && status != answer.Status ? $"the session is in status {answer.Status} afterwards"
            : number == "t" && !TakesNumber(read) ? $"it has taken a transaction number, but reads {read.Kind}, {read.Effect}"
            : null;
    }

    private static char? StatusAfter(SqlKind kind) => kind switch
    {
        SqlKind.Begin or SqlKind.CommitAndChain or SqlKind.RollbackAndChain or SqlKind.Savepoint or SqlKind.RollbackTo or SqlKind.Release => 'T',
        SqlKind.Commit or SqlKind.Rollback or SqlKind.PrepareTransaction or SqlKind.CommitPrepared or SqlKind.RollbackPrepared => 'I',
        _ => null,
    };

    /// <summary>
    /// What only reads is given no number. A sequence's value is written down too, and so is a temporary object, for which nobody else waits; what the body of a DO does is not read.
    /// </summary>
    private static bool TakesNumber(SqlStatement statement) =>
        statement.Has(SqlEffect.Locks) || statement.Has(SqlEffect.ChangesData) || statement.Kind is SqlKind.CreateTemp or SqlKind.Do || statement.Calls.Any(call => call.Kind == SqlCallKind.Nextval);

    private async Task<LiveDatabase> Prepared()
    {
        var database = await servers.NewDatabase();
        await database.Execute("DROP TABLE orders, events; DROP ROLE IF EXISTS pgtx_reader");
        await database.Execute(PostgresStatements.SetupSql);
        return database;
    }

    /// <summary>The role belongs to the whole cluster.</summary>
    private static async Task Drop(LiveDatabase database) => await database.Execute("DROP OWNED BY pgtx_reader; " + PostgresStatements.TeardownSql);
}
