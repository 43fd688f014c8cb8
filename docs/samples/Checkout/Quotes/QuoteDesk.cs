using Dapper;
using Npgsql;

namespace Checkout.Quotes;

public sealed record QuoteRequest(string Sku, string Currency);

public sealed record Rate(decimal Value);

/// <summary>Quotes a product in the customer's currency and keeps the quote.</summary>
public sealed class QuoteDesk(NpgsqlDataSource database, HttpClient rates)
{
    public async Task<IResult> QuoteAsync(QuoteRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var rate = await rates.GetFromJsonAsync<Rate>($"rates/{Uri.EscapeDataString(request.Currency)}", ct);

        var id = Guid.NewGuid();
        var amount = await connection.ExecuteScalarAsync<decimal?>(
            """
            INSERT INTO quotes (id, sku, currency, amount)
            SELECT @id, sku, @Currency, round(price * @rate, 2) FROM products WHERE sku = @Sku
            RETURNING amount
            """,
            new { id, request.Sku, request.Currency, rate = rate!.Value },
            transaction);
        await transaction.CommitAsync(ct);

        return amount is null ? Results.NotFound() : Results.Ok(new { id, amount, request.Currency });
    }
}
