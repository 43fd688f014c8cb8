using System.Net.Mail;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Checkout.Receipts;

/// <summary>
/// Mails the receipts that checkout has left in the table. Several instances may run: a claim with a time limit, not a held row lock, keeps
/// them apart, and what a lost instance had claimed is free again after that time.
/// </summary>
public sealed class ReceiptWorker(NpgsqlDataSource database, IOptions<SmtpSettings> smtp, ILogger<ReceiptWorker> log) : BackgroundService
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await SendNextAsync(stoppingToken))
                    await Task.Delay(PollingInterval, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "A receipt was not sent.");
                await Task.Delay(PollingInterval, stoppingToken);
            }
        }
    }

    private async Task<bool> SendNextAsync(CancellationToken ct)
    {
        if (await ClaimAsync() is not { } receipt)
            return false;

        using var client = new SmtpClient(smtp.Value.Host, smtp.Value.Port);
        using var message = new MailMessage(smtp.Value.From, receipt.Email, "Your receipt", receipt.Body);
        await client.SendMailAsync(message, ct);

        await MarkSentAsync(receipt.Id);
        return true;
    }

    private async Task<PendingReceipt?> ClaimAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleOrDefaultAsync<PendingReceipt>(
            """
            UPDATE receipts SET claimed_until = now() + interval '1 minute'
            WHERE id = (
                SELECT id FROM receipts WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, email, body
            """);
    }

    private async Task MarkSentAsync(long id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("UPDATE receipts SET sent_at = now() WHERE id = @id", new { id });
    }

    private sealed record PendingReceipt(long Id, string Email, string Body);
}
