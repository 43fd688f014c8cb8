using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>Where a handler tells of a failure before it throws on, a call that leaves the try gets the handler for itself, without the roll-back.</summary>
public sealed class PGTX101OwnHandlersFixTests
{
    private const string Key = "PGTX101.Split";

    [Fact]
    public async Task A_log_entry() => await Fix("""
        public async Task RefundAsync(NpgsqlConnection shared, int payment, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);

                // Their number.
                var refund = await /*call*/payments.ChargeAsync(payment, 1, ct);
                await shared.ExecuteAsync("UPDATE payments SET refund = @refund WHERE id = @payment", new { refund, payment }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Refund of {Payment} failed.", payment);
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """).Becomes(Key, """
        public async Task RefundAsync(NpgsqlConnection shared, int payment, CancellationToken ct)
        {
            await using var transaction = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Refund of {Payment} failed.", payment);
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }

            string refund;
            try
            {
                // Their number.
                refund = await payments.ChargeAsync(payment, 1, ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Refund of {Payment} failed.", payment);
                throw;
            }

            await using var transaction2 = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE payments SET refund = @refund WHERE id = @payment", new { refund, payment }, transaction2);
                await transaction2.CommitAsync(ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Refund of {Payment} failed.", payment);
                await transaction2.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """);

    [Fact]
    public async Task Several_handlers_an_other_exception_and_braces_at_the_end_of_the_line() => await Fix("""
        public async Task RefundAsync(int payment, CancellationToken ct)
        {
            var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try {
                await connection.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);
                await /*call*/payments.ChargeAsync(payment, 1, ct);
                await connection.ExecuteAsync("UPDATE payments SET state = 'refunded' WHERE id = @payment", new { payment }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (OperationCanceledException) {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            catch (Exception ex) when (ex is not InvalidOperationException) {
                // First of all.
                await transaction.RollbackAsync(CancellationToken.None);

                logger.LogError(ex, "Failed.");
                throw new InvalidOperationException("Refund failed.", ex);
            }
            finally {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }
        }
        """).Becomes(Key, """
        public async Task RefundAsync(int payment, CancellationToken ct)
        {
            var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await connection.BeginTransactionAsync(ct);
            try {
                await connection.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (OperationCanceledException) {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            catch (Exception ex) when (ex is not InvalidOperationException) {
                // First of all.
                await transaction.RollbackAsync(CancellationToken.None);

                logger.LogError(ex, "Failed.");
                throw new InvalidOperationException("Refund failed.", ex);
            }
            finally {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }

            try {
                await payments.ChargeAsync(payment, 1, ct);
            }
            catch (OperationCanceledException) {
                throw;
            }
            catch (Exception ex) when (ex is not InvalidOperationException) {
                logger.LogError(ex, "Failed.");
                throw new InvalidOperationException("Refund failed.", ex);
            }

            connection = await dataSource.OpenConnectionAsync(ct);
            transaction = await connection.BeginTransactionAsync(ct);
            try {
                await connection.ExecuteAsync("UPDATE payments SET state = 'refunded' WHERE id = @payment", new { payment }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (OperationCanceledException) {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            catch (Exception ex) when (ex is not InvalidOperationException) {
                // First of all.
                await transaction.RollbackAsync(CancellationToken.None);

                logger.LogError(ex, "Failed.");
                throw new InvalidOperationException("Refund failed.", ex);
            }
            finally {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }
        }
        """);

    /// <summary>Behind the commit, and behind the handlers that would roll it back.</summary>
    [Fact]
    public async Task A_call_that_moves_behind_the_commit_has_them_too() => await Fix("""
        public async Task PayAsync(NpgsqlConnection shared, int payment, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE payments SET state = 'paid' WHERE id = @payment", new { payment }, transaction);

                // The receipt.
                await /*call*/payments.ChargeAsync(payment, 1, ct);
                await transaction.CommitAsync(ct);
                logger.LogInformation("Paid.");
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }

            logger.LogInformation("Done.");
        }
        """).Becomes("PGTX101.MoveAfterCommit", """
        public async Task PayAsync(NpgsqlConnection shared, int payment, CancellationToken ct)
        {
            await using var transaction = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE payments SET state = 'paid' WHERE id = @payment", new { payment }, transaction);
                await transaction.CommitAsync(ct);
                logger.LogInformation("Paid.");
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }

            try
            {
                // The receipt.
                await payments.ChargeAsync(payment, 1, ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }

            logger.LogInformation("Done.");
        }
        """);

    [Fact]
    public async Task A_call_that_moves_in_front_has_them_too() => await Fix("""
        public async Task PayAsync(int payment, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try
            {
                await connection.ExecuteAsync("UPDATE payments SET state = 'paid' WHERE id = @payment", new { payment }, transaction);

                // The rate of the day.
                var charge = await /*call*/payments.ChargeAsync(payment, 1, ct);
                await connection.ExecuteAsync("UPDATE payments SET charge = @charge", new { charge }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }
        }
        """).Becomes("PGTX101.MoveBefore", """
        public async Task PayAsync(int payment, CancellationToken ct)
        {
            string charge;
            try
            {
                // The rate of the day.
                charge = await payments.ChargeAsync(payment, 1, ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await connection.ExecuteAsync("UPDATE payments SET state = 'paid' WHERE id = @payment", new { payment }, transaction);
                await connection.ExecuteAsync("UPDATE payments SET charge = @charge", new { charge }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                throw;
            }
        }
        """);

    [Fact]
    public async Task What_a_handler_answers_is_answered_for_the_call_as_well() => await Fix("""
        public async Task<bool> RefundAsync(int[] all, CancellationToken ct)
        {
            foreach (var payment in all)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
                try
                {
                    await connection.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);
                    var refund = await /*call*/payments.ChargeAsync(payment, 1, ct);
                    await connection.ExecuteAsync("UPDATE payments SET refund = @refund WHERE id = @payment", new { refund, payment }, transaction);
                    await transaction.CommitAsync(ct);
                }
                catch (HttpRequestException)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                    continue;
                }
                catch (Exception ex)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                    logger.LogError(ex, "Refund of {Payment} failed.", payment);
                    if (ex is OperationCanceledException)
                        throw;
                    return false;
                }
            }

            return true;
        }
        """).Becomes(Key, """
        public async Task<bool> RefundAsync(int[] all, CancellationToken ct)
        {
            foreach (var payment in all)
            {
                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    try
                    {
                        await connection.ExecuteAsync("UPDATE payments SET state = 'refunding' WHERE id = @payment", new { payment }, transaction);
                        await transaction.CommitAsync(ct);
                    }
                    catch (HttpRequestException)
                    {
                        await transaction.RollbackAsync(CancellationToken.None);
                        continue;
                    }
                    catch (Exception ex)
                    {
                        await transaction.RollbackAsync(CancellationToken.None);
                        logger.LogError(ex, "Refund of {Payment} failed.", payment);
                        if (ex is OperationCanceledException)
                            throw;
                        return false;
                    }
                }

                string refund;
                try
                {
                    refund = await payments.ChargeAsync(payment, 1, ct);
                }
                catch (HttpRequestException)
                {
                    continue;
                }
                catch (Exception ex)
                {
                    logger.LogError(ex, "Refund of {Payment} failed.", payment);
                    if (ex is OperationCanceledException)
                        throw;
                    return false;
                }

                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    try
                    {
                        await connection.ExecuteAsync("UPDATE payments SET refund = @refund WHERE id = @payment", new { refund, payment }, transaction);
                        await transaction.CommitAsync(ct);
                    }
                    catch (HttpRequestException)
                    {
                        await transaction.RollbackAsync(CancellationToken.None);
                        continue;
                    }
                    catch (Exception ex)
                    {
                        await transaction.RollbackAsync(CancellationToken.None);
                        logger.LogError(ex, "Refund of {Payment} failed.", payment);
                        if (ex is OperationCanceledException)
                            throw;
                        return false;
                    }
                }
            }

            return true;
        }
        """);

    [Fact]
    public async Task A_handler_that_goes_on_leaves_where_nothing_is_left_to_do() => await Fix("""
        public async Task SendAsync(int[] all, CancellationToken ct)
        {
            foreach (var payment in all)
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                try
                {
                    await db.Database.ExecuteSqlAsync($"UPDATE payments SET state = 'sending' WHERE id = {payment}", ct);
                    var number = await /*call*/payments.ChargeAsync(payment, 1, ct);
                    await db.Database.ExecuteSqlAsync($"UPDATE payments SET state = 'sent', number = {number} WHERE id = {payment}", ct);
                    await transaction.CommitAsync(ct);
                }
                catch (OperationCanceledException)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                    throw;
                }
                catch (Exception ex)
                {
                    await transaction.RollbackAsync(CancellationToken.None);

                    // The others go on.
                    logger.LogError(ex, "Not sent.");
                }
            }
        }
        """).Becomes(Key, """
        public async Task SendAsync(int[] all, CancellationToken ct)
        {
            foreach (var payment in all)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                try
                {
                    await db.Database.ExecuteSqlAsync($"UPDATE payments SET state = 'sending' WHERE id = {payment}", ct);
                    await transaction.CommitAsync(ct);
                }
                catch (OperationCanceledException)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                    throw;
                }
                catch (Exception ex)
                {
                    await transaction.RollbackAsync(CancellationToken.None);

                    // The others go on.
                    logger.LogError(ex, "Not sent.");
                    continue;
                }

                string number;
                try
                {
                    number = await payments.ChargeAsync(payment, 1, ct);
                }
                catch (OperationCanceledException)
                {
                    throw;
                }
                catch (Exception ex)
                {
                    // The others go on.
                    logger.LogError(ex, "Not sent.");
                    continue;
                }

                await using var transaction2 = await db.Database.BeginTransactionAsync(ct);
                try
                {
                    await db.Database.ExecuteSqlAsync($"UPDATE payments SET state = 'sent', number = {number} WHERE id = {payment}", ct);
                    await transaction2.CommitAsync(ct);
                }
                catch (OperationCanceledException)
                {
                    await transaction2.RollbackAsync(CancellationToken.None);
                    throw;
                }
                catch (Exception ex)
                {
                    await transaction2.RollbackAsync(CancellationToken.None);

                    // The others go on.
                    logger.LogError(ex, "Not sent.");
                }
            }
        }
        """);

    [Fact]
    public async Task It_leaves_the_method_at_its_end_with_braces_at_the_end_of_the_line() => await Fix("""
        public async Task SendAsync(int payment, CancellationToken ct) {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct)) {
                try {
                    await connection.ExecuteAsync("UPDATE payments SET state = 'sending'", transaction: transaction);
                    var rate = await /*call*/tax.RateAsync("x", ct);
                    await connection.ExecuteAsync("UPDATE payments SET rate = @rate", new { rate }, transaction);
                    await transaction.CommitAsync(ct);
                }
                catch (Exception ex) {
                    logger.LogError(ex, "Not sent.");
                    await transaction.RollbackAsync(CancellationToken.None);
                }
            }
        }
        """).Becomes(Key, """
        public async Task SendAsync(int payment, CancellationToken ct) {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct)) {
                try {
                    await connection.ExecuteAsync("UPDATE payments SET state = 'sending'", transaction: transaction);
                    await transaction.CommitAsync(ct);
                }
                catch (Exception ex) {
                    logger.LogError(ex, "Not sent.");
                    await transaction.RollbackAsync(CancellationToken.None);
                    return;
                }
            }

            decimal rate;
            try {
                rate = await tax.RateAsync("x", ct);
            }
            catch (Exception ex) {
                logger.LogError(ex, "Not sent.");
                return;
            }

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct)) {
                try {
                    await connection.ExecuteAsync("UPDATE payments SET rate = @rate", new { rate }, transaction);
                    await transaction.CommitAsync(ct);
                }
                catch (Exception ex) {
                    logger.LogError(ex, "Not sent.");
                    await transaction.RollbackAsync(CancellationToken.None);
                }
            }
        }
        """);

    [Fact]
    public async Task An_answer_goes_in_front_with_the_call() => await Fix("""
        public async Task<(bool Paid, string Text)> PayAsync(int payment, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            try
            {
                await db.Orders.Where(order => order.Id == payment).ExecuteDeleteAsync(ct);
                var charge = await /*call*/payments.ChargeAsync(payment, 1, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE payments SET charge = {charge}", ct);
                await transaction.CommitAsync(ct);
                return (true, charge);
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                return (false, "Not paid.");
            }
        }
        """).Becomes("PGTX101.MoveBefore", """
        public async Task<(bool Paid, string Text)> PayAsync(int payment, CancellationToken ct)
        {
            string charge;
            try
            {
                charge = await payments.ChargeAsync(payment, 1, ct);
            }
            catch (Exception ex)
            {
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                return (false, "Not paid.");
            }

            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            try
            {
                await db.Orders.Where(order => order.Id == payment).ExecuteDeleteAsync(ct);
                await db.Database.ExecuteSqlAsync($"UPDATE payments SET charge = {charge}", ct);
                await transaction.CommitAsync(ct);
                return (true, charge);
            }
            catch (Exception ex)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                logger.LogError(ex, "Payment {Payment} failed.", payment);
                return (false, "Not paid.");
            }
        }
        """);

    [Fact]
    public async Task A_handler_with_a_directive_is_not_written_down_twice() => await Fix("""
        public async Task PayAsync(int payment, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            try
            {
                await db.Database.ExecuteSqlAsync($"DELETE FROM holds", ct);
                var charge = await /*call*/payments.ChargeAsync(payment, 1, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE payments SET charge = {charge}", ct);
                await transaction.CommitAsync(ct);
            }
            catch
            #region Failures
            {
                await transaction.RollbackAsync(CancellationToken.None);
                #endregion
                logger.LogError("Failed.");
                throw;
            }
        }
        """).IsNotOffered("PGTX101.MoveBefore");

    [Theory]
    [InlineData("PGTX101.MoveAfterCommit", "it would be said to have failed after it is committed", """
        await db.Database.ExecuteSqlAsync($"DELETE FROM holds", ct);
        await /*call*/payments.ChargeAsync(payment, 1, ct);
        await transaction.CommitAsync(ct);
        return "";
        """)]
    [InlineData("PGTX101.MoveBefore", "the answer is of a step that the call would pass", """
        step = "holds";
        await db.Database.ExecuteSqlAsync($"DELETE FROM holds", ct);
        var charge = await /*call*/payments.ChargeAsync(payment, 1, ct);
        await db.Database.ExecuteSqlAsync($"UPDATE payments SET charge = {charge}", ct);
        await transaction.CommitAsync(ct);
        return "";
        """)]
    public async Task An_answer_is_no_longer_right(string key, string why, string body) => Assert.DoesNotContain((await Fix($$"""
        // {{why}}
        public async Task<string> PayAsync(int payment, CancellationToken ct)
        {
            var step = "";
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            try
            {
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => "        " + line))}}
            }
            catch (Exception)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                return step;
            }
        }
        """).Results()).Offers, offer => offer.Key == key);

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
