using Npgsql;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Docs;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Programs;

/// <summary>
/// A program that a rule reports, and what the rule's own fix makes of it. Both are run in the same circumstances; what each of them did
/// is compared with what the test expects, and with the table in the rule's page.
/// </summary>
/// <example><code>
/// var pair = await LivePair.Of(servers, "PGTX101", "PGTX101.MoveAfterCommit", TestCode.Of(source));
/// await pair.WriteTheSameRows();
/// await pair.Observe("An answer after one second", run => …, before: "PostgresException 25P03", after: "completes");
/// pair.PageShowsIt();
/// </code></example>
internal sealed class LivePair
{
    /// <summary>What a run that ends without an exception is called in a page.</summary>
    public const string Completes = "completes";

    /// <summary>What a caller is told who waits for a connection that never comes.</summary>
    public const string Exhausted = "`NpgsqlException`: the connection pool has been exhausted";

    private readonly LiveServers servers;
    private readonly string rule;
    private readonly LiveProgram before, after;
    private readonly bool isByHand;
    private readonly List<string> rows = [];

    private LivePair(LiveServers servers, string rule, LiveProgram before, LiveProgram after, bool isByHand = false) =>
        (this.servers, this.rule, this.before, this.after, this.isByHand) = (servers, rule, before, after, isByHand);

    /// <param name="servers">The servers of the run.</param>
    /// <param name="rule">The rule, whose findings in the code are marked.</param>
    /// <param name="equivalenceKey">The action that makes the second program.</param>
    /// <param name="code">See <see cref="LiveProgram"/>.</param>
    public static async Task<LivePair> Of(LiveServers servers, string rule, string equivalenceKey, TestCode code) =>
        new(servers, rule, await LiveProgram.Marked(code, rule), await LiveProgram.Fixed(code, rule, equivalenceKey));

    /// <summary>For a rule without a fix, or with one that only a person can finish: both programs are given.</summary>
    public static async Task<LivePair> Of(LiveServers servers, string rule, TestCode bad, TestCode good)
    {
        await good.Counting(rule).IsQuiet();
        return new(servers, rule, await LiveProgram.Marked(bad, rule), await LiveProgram.Marked(good, rule), isByHand: true);
    }

    /// <summary>With nothing going wrong, both write the same, and something.</summary>
    public async Task WriteTheSameRows()
    {
        var (first, second) = (await Written(before), await Written(after));
        Assert.NotEmpty(first);
        Assert.Equal(first, second);
    }

    /// <summary>
    /// Runs both, each on a database of its own. <paramref name="run"/> says in words what it saw; it may throw what the program threw.
    /// </summary>
    public async Task Observe(string circumstances, Func<LiveProgram, LiveDatabase, Task<string>> run, string before, string after)
    {
        var (first, second) = (await Seen(this.before, run), await Seen(this.after, run));
        Assert.Equal(before, first);
        Assert.Equal(after, second);
        rows.Add($"| {circumstances} | {first} | {second} |");
    }

    /// <summary>The same for another pair, whose rows stand in this one's table.</summary>
    public async Task ObserveAs(LivePair other, string circumstances, Func<LiveProgram, LiveDatabase, Task<string>> run, string before, string after)
    {
        await other.Observe(circumstances, run, before, after);
        rows.AddRange(other.rows);
        other.rows.Clear();
    }

    /// <summary>The state of the program's sessions while the other system answers.</summary>
    public Task ObserveSessionDuringCall(string before, string after) => Observe("state of the session during the call", async (program, database) =>
    {
        var states = "";
        await using var outside = await Outside.Start(async _ => states = string.Join(", ", await database.SessionStates()));
        await program.Run(database.ConnectionString, outside.Url);
        return states.Length == 0 ? "no session" : $"`{states}`";
    }, before, after);

    /// <summary>What another session gets that updates the row of order 1 while the other system answers.</summary>
    /// <param name="call">Whose call it is, in the page's words.</param>
    /// <param name="before">Of the reported program.</param>
    /// <param name="after">Of the repaired one.</param>
    public Task ObserveRowDuringCall(string call, string before, string after) => Observe($"another session updates the row during {call}, `lock_timeout = 200ms`", async (program, database) =>
    {
        await database.Configure("lock_timeout", "200ms");
        var other = "";
        await using var outside = await Outside.Start(async _ => other = await database.TryUpdate("UPDATE orders SET charge = 'c' WHERE id = 1"));
        await program.Run(database.ConnectionString, outside.Url);
        return other;
    }, before, after);

    /// <summary>What somebody else gets who asks the same pool, of one connection, for one while the other system answers.</summary>
    public Task ObservePoolDuringCall(string before, string after) => Observe("a pool of one connection, a second caller during the call", async (program, database) =>
    {
        var pool = database.With("Maximum Pool Size=1;Timeout=1");
        var second = "";
        await using var outside = await Outside.Start(async _ => second = await Rent(pool));
        await program.Run(pool, outside.Url);
        return second;
    }, before, after);

    private static async Task<string> Rent(string pool)
    {
        try
        {
            await using var connection = new NpgsqlConnection(pool);
            await connection.OpenAsync();
            return "is served";
        }
        catch (NpgsqlException exception) when (IsExhausted(exception))
        {
            return Exhausted;
        }
    }

    public static bool IsExhausted(NpgsqlException exception) => exception.Message.Contains("pool has been exhausted", StringComparison.Ordinal);

    /// <summary>The table in the rule's page says what was observed, of this pair and of further ones.</summary>
    public void PageShowsIt(params LivePair[] further) => GeneratedText.HoldsBlock(
        $"docs/rules/{rule}.md", "observed", $"| | reported code | {(isByHand ? "repaired by hand" : "after the fix")} |\n|---|---|---|\n" + string.Join("\n", rows.Concat(further.SelectMany(pair => pair.rows))) + "\n");

    private async Task<string> Seen(LiveProgram program, Func<LiveProgram, LiveDatabase, Task<string>> run)
    {
        await using var database = await servers.NewDatabase();
        try
        {
            return await run(program, database);
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return Describe(exception);
        }
    }

    private async Task<IReadOnlyList<string>> Written(LiveProgram program)
    {
        await using var database = await servers.NewDatabase();
        await using var outside = await Outside.Start();
        await program.Run(database.ConnectionString, outside.Url);
        return await database.Contents();
    }

    /// <summary>"PostgresException 25P03": type and SQLSTATE of the outermost exception, and of what PostgreSQL said inside it.</summary>
    public static string Describe(Exception exception)
    {
        var own = exception is PostgresException postgres ? $"`{nameof(PostgresException)}` {postgres.SqlState}" : $"`{exception.GetType().Name}`";
        return exception.InnerException is { } inner && exception is not PostgresException && Innermost(inner) is { } cause
            ? $"{own} (inner: `{nameof(PostgresException)}` {cause.SqlState})"
            : own;
    }

    private static PostgresException? Innermost(Exception? exception) => exception switch
    {
        null => null,
        PostgresException postgres => postgres,
        _ => Innermost(exception.InnerException),
    };
}
