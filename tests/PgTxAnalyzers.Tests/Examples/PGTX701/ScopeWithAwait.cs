using System.Transactions;
using Dapper;
using Npgsql;

namespace Shop.Wallets;

// After the first await the scope may be gone, or belong to another thread.
public sealed class WalletService(NpgsqlDataSource dataSource)
{
    public async Task PayAsync(int wallet, decimal amount, CancellationToken ct)
    {
        using var scope = new TransactionScope(); // expect: PGTX701, PGTX204
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("UPDATE wallets SET balance = balance - @amount WHERE id = @wallet", new { amount, wallet });
        scope.Complete();
    }

    public async Task TopUpAsync(int wallet, decimal amount, CancellationToken ct)
    {
        var options = new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromSeconds(15) };
        using (var scope = new TransactionScope(TransactionScopeOption.Required, options)) // expect: PGTX701
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("UPDATE wallets SET balance = balance + @amount WHERE id = @wallet", new { amount, wallet });
            scope.Complete();
        }
    }

    public async Task CloseAsync(int wallet, CancellationToken ct)
    {
        var options = new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted };
        using var scope = new TransactionScope(TransactionScopeOption.RequiresNew, options, TransactionScopeAsyncFlowOption.Suppress); // expect: PGTX701
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("DELETE FROM wallets WHERE id = @wallet", new { wallet });
        scope.Complete();
    }
}
