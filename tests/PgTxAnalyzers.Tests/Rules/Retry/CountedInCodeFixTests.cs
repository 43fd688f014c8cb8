using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>What is read, counted further in C# and stored is counted twice where the reply to the first commit is lost.</summary>
public sealed class CountedInCodeFixTests
{
    private const string Update = "await purses.UpdateAsync(purse, ct);";

    private static TestCode Code(string change, string store = Update) => Class($$"""
            public async Task<int> RunAsync(int player, int gold, CancellationToken ct)
            {
                var purse = await purses.FindAsync(player, ct);
                {{change}}
                {{store}}
                return purse.Gold;
            }
        """);

    private static TestCode Class(string run) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Microsoft.AspNetCore.Mvc;
        using Npgsql;

        public class Purse
        {
            public int Player { get; set; }
            public int Gold { get; set; }
            public int Looks;
            public void Earn(int more) => Gold += more;
        }

        public sealed class Purses(string connectionString)
        {
            public async Task<Purse> FindAsync(int player, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                return await connection.QueryFirstAsync<Purse>("SELECT player, gold FROM purses WHERE player = @player", new { player });
            }

            public async Task UpdateAsync(Purse purse, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.ExecuteAsync("UPDATE purses SET gold = @Gold WHERE player = @Player", purse);
            }

            public async Task SetAsync(int player, int gold, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.ExecuteAsync("UPDATE purses SET gold = @gold WHERE player = @player", new { player, gold });
            }

            public async Task ByHandAsync(Purse purse, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await using var command = new NpgsqlCommand("UPDATE purses SET gold = $1 WHERE player = $2", connection);
                command.Parameters.AddWithValue(purse.Gold);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = purse.Player });
                await command.ExecuteNonQueryAsync(ct);
            }

            public async Task AllAsync(List<Purse> all, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.ExecuteAsync("UPDATE purses SET gold = @Gold WHERE player = @Player", all);
            }
        }

        public sealed class Gain(Purses purses, NpgsqlDataSource dataSource)
        {
        {{run}}
        }

        public sealed class GoldController(Gain gain) : ControllerBase
        {
            [HttpPatch("gain")]
            public async Task<ActionResult<int>> GainAsync(int player, int gold, CancellationToken ct)
            {
                var result = await gain.RunAsync(player, gold, ct); // fix: PGTX203
                return Ok(result);
            }
        }
        """);

    [Theory]
    [InlineData("purse.Gold += gold;", Update)]
    [InlineData("purse.Gold--;", Update)]
    [InlineData("purse.Gold = purse.Gold + gold;", Update)]
    [InlineData("purse.Earn(gold);", Update)]
    [InlineData("purse.Gold += gold;", "await purses.SetAsync(player, purse.Gold, ct); await purses.UpdateAsync(purse, ct);")]
    [InlineData("purse.Gold += gold;", "await purses.ByHandAsync(purse, ct);")]
    [InlineData("purse.Gold += gold;", "await purses.AllAsync([purse], ct);")]
    public Task What_is_counted_and_stored_is_not_run_again(string change, string store) => Code(change, store).Fix("PGTX203").IsNotOffered();

    [Theory]
    [InlineData("purse.Gold = gold;", Update)]
    // Another member of another type, and one that nobody stores.
    [InlineData("var seen = new Purse(); seen.Looks++;", Update)]
    [InlineData("purse.Gold += gold;", "await purses.SetAsync(player, gold, ct);")]
    public async Task What_is_set_or_not_stored_may(string change, string store) => Assert.Single(await Code(change, store).Fix("PGTX203").Offers());

    /// <summary>A conflict has committed nothing.</summary>
    [Theory]
    [InlineData("purse.Gold += 1;", "Run the transaction again after a conflict")]
    [InlineData("purse.Gold = 1;", "Run the transaction again after a conflict or a lost connection")]
    public async Task After_a_conflict_it_may(string change, string title) => Assert.Equal(title, Assert.Single(await Class($$"""
            public Task<int> RunAsync(int player, int gold, CancellationToken ct) => Task.FromResult(0);

            public async Task StoreAsync(int player, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204
                var purse = await connection.QueryFirstAsync<Purse>("SELECT player, gold FROM purses WHERE player = @player", new { player }, transaction);
                {{change}}
                await connection.ExecuteAsync("UPDATE purses SET gold = @Gold WHERE player = @Player", purse, transaction);
                await transaction.CommitAsync(ct);
            }
        """.Replace("// fix: PGTX203", "")).Fix("PGTX204").Offers()).Title);
}
