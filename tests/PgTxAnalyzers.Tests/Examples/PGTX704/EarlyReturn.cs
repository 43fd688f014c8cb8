using Dapper;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Shop.Orders;

public sealed class OrderClosing(NpgsqlDataSource dataSource, DbContext db)
{
    // What was written before the return is rolled back without a word.
    public async Task<bool> CloseAsync(int order, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync("UPDATE orders SET checked_at = now() WHERE id = @order", new { order }, transaction);
        var open = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM lines WHERE order_id = @order AND open", new { order }, transaction);
        if (open > 0)
        {
            return false; // expect: PGTX704
        }

        await connection.ExecuteAsync("UPDATE orders SET closed = true WHERE id = @order", new { order }, transaction);
        await transaction.CommitAsync(ct);
        return true;
    }

    public int Close(int customer, bool dryRun)
    {
        using var transaction = db.Database.BeginTransaction();
        var closed = db.Database.ExecuteSql($"UPDATE orders SET closed = true WHERE customer = {customer}");
        if (closed > 100)
        {
            return 0; // expect: PGTX704
        }

        if (dryRun)
        {
            transaction.Rollback();
            return closed;
        }

        transaction.Commit();
        return closed;
    }
}
