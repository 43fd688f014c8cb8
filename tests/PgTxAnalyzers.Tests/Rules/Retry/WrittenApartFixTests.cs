using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>
/// What a unit writes on a second connection beside its transaction is committed by itself. It stays when the transaction fails, and whoever runs the unit again writes it twice.
/// </summary>
public sealed class WrittenApartFixTests
{
    private static TestCode Code(string body) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.Hosting;
        using Npgsql;

        public interface IAudit
        {
            Task AddAsync(int id, CancellationToken ct);
            Task<int> CountAsync(CancellationToken ct);
            Task<int> NextAsync(CancellationToken ct);
            Task<int> ViaAsync(string sql, CancellationToken ct);
        }

        public sealed class Audit(NpgsqlDataSource dataSource) : IAudit
        {
            public async Task AddAsync(int id, CancellationToken ct)
            {
                await using var command = dataSource.CreateCommand("INSERT INTO audit (request) VALUES ($1)");
                command.Parameters.AddWithValue(id);
                await command.ExecuteNonQueryAsync(ct);
            }

            public async Task<int> CountAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM audit");
            }

            public async Task<int> NextAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                return await connection.ExecuteScalarAsync<int>("DELETE FROM jobs WHERE due < now() RETURNING id");
            }

            public async Task<int> ViaAsync(string sql, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                return await connection.ExecuteScalarAsync<int>(sql);
            }
        }

        public sealed class Requests(NpgsqlDataSource dataSource, IAudit audit)
        {
            public async Task ApproveAsync(int id, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE requests SET status = 'accepted' WHERE id = @id", new { id }, transaction);
                await audit.AddAsync(id, ct);
                await transaction.CommitAsync(ct);
            }

            public async Task CheckAsync(int id, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE requests SET status = 'accepted' WHERE id = @id", new { id }, transaction);
                await audit.CountAsync(ct);
                await transaction.CommitAsync(ct);
            }
        }

        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);

        public sealed class Worker(NpgsqlDataSource dataSource, IAudit audit, Requests requests, ShopContext db) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                {{body}}
            }
        }
        """).WithOption("pgtx.retrying_strategy", "true");

    private static string Unit(string inside, string mark, string level = "") =>
        $"await using var connection = await dataSource.OpenConnectionAsync(ct);{(level.Length == 0 ? mark : "")}\n        await using var transaction = await connection.BeginTransactionAsync({level}ct);{(level.Length == 0 ? "" : mark)}\n"
        + $"        await connection.ExecuteAsync(\"UPDATE requests SET status = 'accepted'\", transaction: transaction);\n        {inside}\n        await transaction.CommitAsync(ct);";

    [Theory]
    [InlineData("await audit.AddAsync(1, ct);", false)]
    [InlineData("await audit.NextAsync(ct);", false)]
    [InlineData("await using var other = await dataSource.OpenConnectionAsync(ct);\n        await other.ExecuteAsync(\"INSERT INTO audit (request) VALUES (1)\");", false)]
    // What the text says nobody sees.
    [InlineData("await audit.ViaAsync(System.IO.File.ReadAllText(\"audit.sql\"), ct);", false)]
    [InlineData("await audit.CountAsync(ct);", true)]
    // On the transaction's own connection.
    [InlineData("await connection.ExecuteAsync(\"INSERT INTO audit (request) VALUES (1)\", transaction: transaction);", true)]
    public async Task A_unit_that_writes_beside_its_transaction_is_not_run_again(string inside, bool isOffered)
    {
        Assert.Equal(isOffered, (await Code(Unit(inside, " // fix: PGTX203")).Fix("PGTX203").Offers()).Count == 1);
        Assert.Equal(isOffered, (await Code(Unit(inside, " // fix: PGTX204", "IsolationLevel.Serializable, ")).Fix("PGTX204").Offers()).Count == 1);
    }

    [Theory]
    [InlineData("await requests.ApproveAsync(1, ct); // fix: PGTX203", false)]
    [InlineData("await requests.CheckAsync(1, ct); // fix: PGTX203", true)]
    public async Task The_transaction_may_stand_in_what_the_unit_calls(string call, bool isOffered) =>
        Assert.Equal(isOffered, (await Code(call).Fix("PGTX203").Offers()).Count == 1);

    [Theory]
    [InlineData("await audit.AddAsync(1, ct);", false)]
    [InlineData("await audit.CountAsync(ct);", true)]
    public async Task Nor_does_it_go_into_a_strategy(string inside, bool isOffered) => Assert.Equal(isOffered, (await Code(
        "await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct); // fix: PGTX204\n"
        + $"        await db.Database.ExecuteSqlAsync($\"UPDATE requests SET status = 'accepted'\", ct);\n        {inside}\n        await transaction.CommitAsync(ct);").Fix("PGTX204").Offers()).Count == 1);

    /// <summary>What the title says is what the code does.</summary>
    [Theory]
    [InlineData("await audit.CountAsync(ct);", "Run the transaction again after a conflict or a lost connection")]
    [InlineData("await connection.ExecuteAsync(\"UPDATE counters SET n = n + 1\", transaction: transaction);", "Run the transaction again after a conflict")]
    public async Task The_title_names_the_failures_that_are_tried_again(string inside, string title) =>
        Assert.Equal(title, Assert.Single(await Code(Unit(inside, " // fix: PGTX204", "IsolationLevel.Serializable, ")).Fix("PGTX204").Offers()).Title);
}
