using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX706 on a real server: what nobody chose is what fails under load. The fix states it; the level is chosen by a person.</summary>
public sealed class PGTX706LiveTests(LiveServers servers)
{
    private static readonly TestCode Code = Unit("new TransactionScope(TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX706");

    [Fact]
    public async Task A_scope_that_states_read_committed_waits_instead_of_failing()
    {
        var pair = await LivePair.Of(servers, "PGTX706", Code, Unit("""
            new TransactionScope(
                TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromSeconds(10) }, TransactionScopeAsyncFlowOption.Enabled);
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("another session changes the row between the SELECT and the UPDATE", RunBeside, before: "`PostgresException` 40001; `1 new theirs`", after: "completes; `1 paid theirs`");
        pair.PageShowsIt();
    }

    [Fact]
    public async Task What_the_fix_states_is_what_has_been()
    {
        var pair = await LivePair.Of(servers, "PGTX706", "PGTX706.StateBoth", Code);
        await pair.WriteTheSameRows();
        const string Failure = "`PostgresException` 40001; `1 new theirs`";
        await pair.Observe("another session changes the row between the SELECT and the UPDATE", RunBeside, before: Failure, after: Failure);
    }

    private static Task<string> RunBeside(LiveProgram program, LiveDatabase database) =>
        program.RunAndTell(database, meanwhile: () => database.Execute("UPDATE orders SET charge = 'theirs' WHERE id = 1"));

    private static TestCode Unit(string scope) => TestCode.Of($$"""
        using System.Transactions;
        using Dapper;
        using Npgsql;

        public static class Unit
        {
            {{LiveProgram.MeanwhileField}}

            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var scope = {{scope}}
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                var status = await connection.ExecuteScalarAsync<string>("SELECT status FROM orders WHERE id = 1");
                await Meanwhile();
                if (status == "new")
                    await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1");
                scope.Complete();
            }
        }
        """);
}
