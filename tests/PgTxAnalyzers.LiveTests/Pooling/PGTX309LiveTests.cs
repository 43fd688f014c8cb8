using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX309 without any pooler: EF Core gives the connection back between two operations.</summary>
public sealed class PGTX309LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_setting_is_gone_in_the_next_operation()
    {
        var pair = await LivePair.Of(servers, "PGTX309", "PGTX309.SetLocalInTransaction", TestCode.Of("""
            using Microsoft.EntityFrameworkCore;

            public static class Unit
            {
                public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
                {
                    await using var db = new DbContext(new DbContextOptionsBuilder().UseNpgsql(connectionString).Options);
                    await db.Database.ExecuteSqlRawAsync("SELECT set_config('app.tenant', 'a', false)", ct); // fix: PGTX309
                    await db.Database.ExecuteSqlRawAsync("INSERT INTO events (note) SELECT 'tenant ' || coalesce(nullif(current_setting('app.tenant', true), ''), 'unknown')", ct);
                }
            }
            """));
        await pair.Observe("`set_config('app.tenant', 'a', false)`, then the next operation of the context", async (program, database) =>
        {
            await program.Run(database.ConnectionString);
            return $"`{string.Join(", ", await database.Contents())}`";
        }, before: "`tenant unknown`", after: "`tenant a`");
        pair.PageShowsIt();
    }
}
