using System.Transactions;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Shop.Settlement;

public sealed class SettlementRun(NpgsqlDataSource dataSource, DbContext db)
{
    public async Task SettleAsync(int batch, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync("UPDATE batches SET state = 'settling' WHERE id = @batch", new { batch }, transaction);
        await Task.Delay(TimeSpan.FromSeconds(2), ct); // expect: PGTX102
        await connection.ExecuteAsync("UPDATE batches SET state = 'settled' WHERE id = @batch", new { batch }, transaction);
        await transaction.CommitAsync(ct);
        await Task.Delay(TimeSpan.FromSeconds(2), ct);
    }

    public void SettleNow(int batch)
    {
        using var transaction = db.Database.BeginTransaction();
        db.Database.ExecuteSql($"UPDATE batches SET state = 'settled' WHERE id = {batch}");
        Thread.Sleep(500); // expect: PGTX102
        transaction.Commit();
    }

    // A pause inside the ambient transaction.
    public async Task MirrorAsync(int batch, CancellationToken ct)
    {
        var options = new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromSeconds(3) };
        using var scope = new TransactionScope(TransactionScopeOption.Required, options, TransactionScopeAsyncFlowOption.Enabled);
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("INSERT INTO mirror SELECT * FROM batches WHERE id = @batch", new { batch });
        await Task.Delay(5000, ct); // expect: PGTX102
        scope.Complete();
    }
}
