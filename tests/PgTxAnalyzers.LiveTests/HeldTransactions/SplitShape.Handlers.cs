namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <content>Handlers that tell of a failure before they throw on, or answer it: the call gets them too.</content>
internal sealed partial record SplitShape
{
    private static SplitShape[] WithHandlers =>
    [
        new("a handler that tells, and throws on", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            catch (Exception exception)
            {
                System.Diagnostics.Debug.WriteLine(exception.Message);
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            """),
        new("a handler that tells, and answers", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            catch (Exception exception)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                System.Diagnostics.Debug.WriteLine(exception.Message);
                return;
            }

            System.Diagnostics.Debug.WriteLine("paid");
            """),
    ];
}
