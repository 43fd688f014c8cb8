using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>What the programs of the pooling rules have in common: a connection, and circumstances in which they run behind PgBouncer.</summary>
internal static class PooledPrograms
{
    /// <summary>Statements on an open connection, known to be behind a pooler by the option.</summary>
    public static TestCode Program(string statements, string usings = "") => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        {{usings}}

        public static class Unit
        {
            {{LiveProgram.MeanwhileField}}

            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
        {{string.Join("\n", statements.Split('\n').Select(line => line.Length == 0 ? line : "        " + line))}}
            }
        }
        """).WithOption("pgtx.pooling", "transaction");

    /// <summary>Statements of a program that makes its own connection string.</summary>
    public static TestCode OwnString(string statements) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;

        public static class Unit
        {
            public static async Task RunAsync(string database, string port, CancellationToken ct)
            {
        {{string.Join("\n", statements.Split('\n').Select(line => line.Length == 0 ? line : "        " + line))}}
            }
        }
        """);

    /// <summary>Runs the program behind the pooler, and lets another client be in a transaction from where the program says <c>Meanwhile</c>.</summary>
    public static Func<LiveProgram, LiveDatabase, Task<string>> Beside(this LiveServers servers, Func<LiveDatabase, Neighbour, Task<string>> seen) => async (program, database) =>
    {
        var pooled = servers.Pooled(database);
        await using var neighbour = await Neighbour.Connect(pooled);
        await program.Run(pooled, meanwhile: neighbour.Occupy);
        await neighbour.Leave();
        return await seen(database, neighbour);
    };

    /// <summary>Runs the program behind the pooler, and asks another client afterwards, which gets the same server connection.</summary>
    public static Func<LiveProgram, LiveDatabase, Task<string>> Before(this LiveServers servers, string sql, Func<string, string> say) => async (program, database) =>
    {
        var pooled = servers.Pooled(database);
        await using var neighbour = await Neighbour.Connect(pooled);
        await program.Run(pooled);
        return say(await neighbour.Ask(sql));
    };

    /// <summary>Runs the program twice, one after the other, each time as a client of its own.</summary>
    public static Func<LiveProgram, LiveDatabase, Task<string>> Twice(this LiveServers servers) => async (program, database) =>
    {
        var pooled = new NpgsqlConnectionStringBuilder(servers.Pooled(database)) { Pooling = false }.ConnectionString;
        await program.Run(pooled);
        await program.Run(pooled);
        return LivePair.Completes;
    };

    public static Task<string> JustCompletes(LiveDatabase database, Neighbour neighbour) => Task.FromResult(LivePair.Completes);

    /// <summary>As <see cref="PgTxAnalyzers"/> would have it: Npgsql's pool does not reset what is not its own.</summary>
    public static string Pooled(this LiveServers servers, LiveDatabase database) => servers.ThroughPooler(database) + ";No Reset On Close=true";

    /// <summary>Runs a program that makes its own string, on the pooler's port or on the server's.</summary>
    public static async Task Run(this LiveProgram program, string connectionString)
    {
        var own = new NpgsqlConnectionStringBuilder(connectionString);
        await program.Run(own.Database!, own.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
