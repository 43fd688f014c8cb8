using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX208 on a real server that is restarted: attempts without a pause are spent while nobody listens.</summary>
public sealed class PGTX208LiveTests(LiveServers servers)
{
    /// <summary>Six attempts take milliseconds without a pause, and six seconds with those of the fix: between the two lies this.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_pauses_outlast_a_restart()
    {
        var pair = await LivePair.Of(servers, "PGTX208", "PGTX208.BackOff", Units.Of("""
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            await using var connection = new NpgsqlConnection(connectionString);
                            await connection.OpenAsync(ct);
                            await Meanwhile();
                            await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1");
                            return;
                        }
                        catch (NpgsqlException ex) when (ex.IsTransient && attempt < 6) // expect: PGTX208
                        {
                        }
                    }
            """, members: LiveProgram.MeanwhileField));
        await pair.WriteTheSameRows();
        await pair.Observe("the server is stopped during the first attempt, and started again a second later; six attempts", (program, _) => RunAndRestart(program),
            before: "`NpgsqlException`; no row", after: "completes; `1 paid`");
        pair.PageShowsIt();
    }

    /// <summary>On a server of its own, which the first attempt loses. It is up again before anybody looks at the rows.</summary>
    private async Task<string> RunAndRestart(LiveProgram program)
    {
        await using var server = await LiveServers.NewServer();
        string connectionString;
        await using (var created = await servers.NewDatabase(server))
            connectionString = created.ConnectionString;

        Task? restart = null;
        var end = await program.End(connectionString, meanwhile: async () =>
        {
            if (restart is not null)
                return;
            await server.Stop();
            restart = ComeBack(server);
        });
        await restart!;

        await using var database = new LiveDatabase(connectionString);
        return await database.Tell(end);
    }

    private static async Task ComeBack(PostgresServer server)
    {
        await Task.Delay(Away);
        await server.StartAgain();
    }
}
