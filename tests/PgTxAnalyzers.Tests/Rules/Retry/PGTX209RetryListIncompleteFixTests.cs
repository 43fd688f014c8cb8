using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

public sealed class PGTX209RetryListIncompleteFixTests
{
    private const string Key = "PGTX209.CompleteList";

    private static TestCode Code(string strategy, string mark = "") => RetryCode.Service(
        """
            public async Task PayAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: transaction);
                await transaction.CommitAsync(ct);
            }
        """,
        $"services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.{strategy});{mark}");

    [Theory]
    [InlineData("EnableRetryOnFailure()", "EnableRetryOnFailure(errorCodesToAdd: [\"25P03\"])")]
    [InlineData("EnableRetryOnFailure(3)", "EnableRetryOnFailure(3, TimeSpan.FromSeconds(30), [\"25P03\"])")]
    [InlineData("EnableRetryOnFailure(maxRetryCount: 3)", "EnableRetryOnFailure(maxRetryCount: 3, maxRetryDelay: TimeSpan.FromSeconds(30), errorCodesToAdd: [\"25P03\"])")]
    [InlineData("EnableRetryOnFailure(3, TimeSpan.FromSeconds(3), null)", "EnableRetryOnFailure(3, TimeSpan.FromSeconds(3), [\"25P03\"])")]
    [InlineData("EnableRetryOnFailure([\"08P01\"])", "EnableRetryOnFailure([\"08P01\", \"25P03\"])")]
    [InlineData("EnableRetryOnFailure([])", "EnableRetryOnFailure([\"25P03\"])")]
    [InlineData("EnableRetryOnFailure(new[] { \"08P01\" })", "EnableRetryOnFailure(new[] { \"08P01\", \"25P03\" })")]
    [InlineData("EnableRetryOnFailure(errorCodesToAdd: new List<string> { \"08P01\" })", "EnableRetryOnFailure(errorCodesToAdd: new List<string> { \"08P01\", \"25P03\" })")]
    public async Task Each_overload_gets_the_missing_states(string before, string after)
    {
        await Code(before, " // expect: PGTX209").Fix("PGTX209", Key).Becomes(Code(after));
        await Code(before, " // expect: PGTX209").FixAll("PGTX209", Key).Becomes(Code(after));
    }
}
