using System.Net.Mail;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Checkout.Receipts;

/// <summary>Mails the receipts that checkout has left in the table. Several instances may run: a locked row belongs to another one.</summary>
public sealed class ReceiptWorker(NpgsqlDataSource database, IOptions<SmtpSettings> smtp, ILogger<ReceiptWorker> log) : BackgroundService
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendNextAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "A receipt was not sent.");
                await Task.Delay(PollingInterval, stoppingToken);
            }
        }
    }

    private async Task SendNextAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var receipt = await connection.QuerySingleOrDefaultAsync<PendingReceipt>(
            "SELECT id, email, body FROM receipts WHERE sent_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED", transaction: transaction);
        if (receipt is null)
        {
            await Task.Delay(PollingInterval, ct);
            return;
        }

        using var client = new SmtpClient(smtp.Value.Host, smtp.Value.Port);
        using var message = new MailMessage(smtp.Value.From, receipt.Email, "Your receipt", receipt.Body);
        await client.SendMailAsync(message, ct);

        await connection.ExecuteAsync("UPDATE receipts SET sent_at = now() WHERE id = @Id", new { receipt.Id }, transaction);
        await transaction.CommitAsync(ct);
    }

    private sealed record PendingReceipt(long Id, string Email, string Body);
}
