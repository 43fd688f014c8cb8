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
}
