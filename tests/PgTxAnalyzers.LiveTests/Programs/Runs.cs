using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Programs;

/// <summary>Runs of a program that say in words how it ended, and what it left.</summary>
internal static class Runs
{
    /// <summary>How it ends, and which rows are there then.</summary>
    /// <param name="program">What is run.</param>
    /// <param name="database">Where.</param>
    /// <param name="keywords">Stand at the end of its connection string.</param>
    /// <param name="url">What the program is given under that name.</param>
    /// <param name="meanwhile">See <see cref="LiveProgram.Run"/>.</param>
    public static async Task<string> RunAndTell(this LiveProgram program, LiveDatabase database, string keywords = "", string url = "", Func<Task>? meanwhile = null)
    {
        var end = await program.End(database.With(keywords), url, meanwhile);
        return await database.Tell(end);
    }

    /// <summary>How it ends.</summary>
    public static async Task<string> End(this LiveProgram program, string connectionString, string url = "", Func<Task>? meanwhile = null)
    {
        try
        {
            await program.Run(connectionString, url, meanwhile);
            return LivePair.Completes;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return LivePair.Describe(exception);
        }
    }

    /// <summary>The end, and which rows are there then.</summary>
    public static async Task<string> Tell(this LiveDatabase database, string end)
    {
        var rows = await database.Contents();
        return rows.Count == 0 ? $"{end}; no row" : $"{end}; `{string.Join(", ", rows)}`";
    }

    /// <summary>
    /// The first statement that changes the table ends its own session, as an administrator or a fast shutdown would: 57P01. A sequence counts, since its steps are not rolled back.
    /// </summary>
    public static async Task EndTheSessionOnce(this LiveDatabase database, string table)
    {
        await database.Execute("CREATE SEQUENCE strikes");
        await database.Execute("""
            CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('strikes') = 1 THEN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                    PERFORM pg_sleep(5);
                END IF;
                RETURN NULL;
            END $$
            """);
        await database.Execute($"CREATE TRIGGER strike BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION strike()");
    }

    /// <summary>Runs it while its first change of the table ends the session, and says which rows are there then.</summary>
    public static async Task<string> RunAndLose(this LiveProgram program, LiveDatabase database, string table)
    {
        await database.EndTheSessionOnce(table);
        return await program.RunAndTell(database);
    }
}
