using Dapper;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Shop.Pricing;

public sealed class PriceImport(NpgsqlDataSource dataSource, PriceContext db)
{
    public async Task ImportAsync(string path, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync("UPDATE prices SET stale = true", transaction: transaction); // expect: PGTX110
        foreach (var line in File.ReadLines(path))
        {
            await connection.ExecuteAsync("INSERT INTO prices (line) VALUES (@line)", new { line }, transaction); // expect: PGTX110
        }

        await transaction.CommitAsync(ct);
    }

    public async Task RaiseAsync(CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var price in await db.Prices.ToListAsync(ct))
        {
            price.Value += 1;
            await db.SaveChangesAsync(ct); // expect: PGTX110
        }

        await transaction.CommitAsync(ct);
    }

    // A batch, a transaction.
    public async Task InBatchesAsync(string path, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        foreach (var batch in File.ReadLines(path).Chunk(1000))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            foreach (var line in batch)
            {
                await connection.ExecuteAsync("INSERT INTO prices (line) VALUES (@line)", new { line }, transaction);
            }

            await transaction.CommitAsync(ct);
        }
    }
}

public sealed class Price
{
    public int Id { get; set; }
    public decimal Value { get; set; }
}

public sealed class PriceContext(DbContextOptions<PriceContext> options) : DbContext(options)
{
    public DbSet<Price> Prices => Set<Price>();
}
