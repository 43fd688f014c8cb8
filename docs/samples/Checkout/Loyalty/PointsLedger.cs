using System.Transactions;
using Dapper;
using Npgsql;

namespace Checkout.Loyalty;

/// <summary>Keeps the account of a customer's points and the entries that it is made of.</summary>
public sealed class PointsLedger(NpgsqlDataSource database)
{
    private static readonly TransactionOptions Options = new() { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromSeconds(10) };

    public async Task<IResult> AddAsync(string email, int points, CancellationToken ct)
    {
        using var scope = new TransactionScope(TransactionScopeOption.Required, Options);

        await using var connection = await database.OpenConnectionAsync(ct);
        var total = await connection.ExecuteScalarAsync<int>(
            """
            INSERT INTO loyalty_accounts (email, points) VALUES (@email, @points)
            ON CONFLICT (email) DO UPDATE SET points = loyalty_accounts.points + @points
            RETURNING points
            """,
            new { email, points });
        await connection.ExecuteAsync("INSERT INTO loyalty_entries (email, points) VALUES (@email, @points)", new { email, points });

        scope.Complete();
        return Results.Ok(new { email, points = total });
    }
}
