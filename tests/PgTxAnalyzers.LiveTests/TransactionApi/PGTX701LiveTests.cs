using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX701 on a real server: after an await that goes on elsewhere, a scope that does not flow is gone.</summary>
public sealed class PGTX701LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_scope_is_gone_after_the_first_await()
    {
        var pair = await LivePair.Of(servers, "PGTX701", "PGTX701.AddAsyncFlow", TestCode.Of("""
            using System.Transactions;
            using Npgsql;

            public static class Unit
            {
                public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
                {
                    using var scope = new TransactionScope(); // expect: PGTX701
                    // The thread that goes on after an await is another one.
                    await Task.Run(() => Thread.Sleep(20), ct);
                    await using (var connection = new NpgsqlConnection(connectionString))
                    {
                        await connection.OpenAsync(ct);
                        await using var command = new NpgsqlCommand("UPDATE orders SET status = 'paid' WHERE id = 1", connection);
                        await command.ExecuteNonQueryAsync(ct);
                    }

                    scope.Complete();
                }
            }
            """));

        await pair.Observe("an update inside the scope", async (program, database) =>
        {
            var (ended, _) = await OnOneThread(program, database);
            return $"{ended}; row: `{string.Join(", ", await database.Contents())}`";
        },
        before: "`InvalidOperationException`: A TransactionScope must be disposed on the same thread that it was created.; row: `1 paid`",
        after: "completes; row: `1 paid`");

        await pair.Observe(
            "somebody else's work on the thread that created the scope, afterwards",
            async (program, database) => (await OnOneThread(program, database)).Later,
            before: "`InvalidOperationException`: The current TransactionScope is already complete.",
            after: LivePair.Completes);
        pair.PageShowsIt();
    }

    /// <summary>The scope that is left behind stays on its thread: that one must not be a thread that other tests use later.</summary>
    private static async Task<(string Ended, string Later)> OnOneThread(LiveProgram program, LiveDatabase database)
    {
        var done = new TaskCompletionSource<(string, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => done.SetResult((
            Told(() => program.Run(database.ConnectionString).GetAwaiter().GetResult()),
            Told(() => Open(database))))).Start();
        return await done.Task;
    }

    private static void Open(LiveDatabase database)
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
    }

    private static string Told(Action action)
    {
        try
        {
            action();
            return LivePair.Completes;
        }
        catch (InvalidOperationException exception)
        {
            return $"`{nameof(InvalidOperationException)}`: {exception.Message}";
        }
    }
}
