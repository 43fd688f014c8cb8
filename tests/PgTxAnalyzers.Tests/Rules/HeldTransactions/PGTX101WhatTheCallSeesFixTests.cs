using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What a call reads without being given it, an object that others share, the clock, stands where it is when the call comes to it.</summary>
public sealed class PGTX101WhatTheCallSeesFixTests
{
    private const string Before = "PGTX101.MoveBefore";
    private const string After = "PGTX101.MoveAfterCommit";

    private const string Members = """

        private readonly Headers _headers = new();
        private readonly Notifier _notifier = new(new HttpClient(), new Headers());

        public class Headers
        {
            public string Correlation { get; set; } = "";
            public void Correlate(int id) => Correlation = "order-" + id;
        }

        public class Notifier(HttpClient http, Headers headers)
        {
            public Task NotifyAsync(int id, CancellationToken ct) => http.PostAsync($"/{id}?c={headers.Correlation}", null, ct);
        }
        """;

    [Theory]
    [InlineData("a header is set for it", Before, """
        _headers.Correlation = "order";
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("a method sets it", Before, """
        _headers.Correlate(id);
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("a setting of the whole process is changed for it", Before, """
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("the client gets its token", Before, """
        http.DefaultRequestHeaders.Authorization = new("Bearer", "x");
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("its progress is told", Before, """
        progress.Report("telling");
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("a setting of the process is made for it", Before, """
        Environment.SetEnvironmentVariable("HTTPS_PROXY", "http://proxy");
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("somebody waits for it", After, """
        await /*call*/_notifier.NotifyAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        told.SetResult();
        """)]
    [InlineData("a lease guards it", After, """
        await /*call*/_notifier.NotifyAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        lease.Dispose();
        """)]
    [InlineData("it is set back behind a command", After, """
        await /*call*/_notifier.NotifyAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        _headers.Correlation = "";
        """)]
    [InlineData("its time is taken, and stored", Before, """
        var started = DateTime.UtcNow;
        await /*call*/_notifier.NotifyAsync(id, ct);
        var took = DateTime.UtcNow - started;
        await shared.ExecuteAsync("INSERT INTO calls (ms) VALUES (@ms)", new { ms = took.TotalMilliseconds });
        """)]
    [InlineData("its time is taken by two locals", After, """
        var started = Environment.TickCount64;
        await /*call*/_notifier.NotifyAsync(id, ct);
        var ended = Environment.TickCount64;
        await shared.ExecuteAsync("DELETE FROM holds");
        logger.LogInformation("{Took}", ended - started);
        """)]
    [InlineData("its time is taken by a stamp", After, """
        var started = TimeProvider.System.GetTimestamp();
        await shared.ExecuteAsync("DELETE FROM orders");
        await /*call*/_notifier.NotifyAsync(id, ct);
        logger.LogInformation("{Took}", TimeProvider.System.GetElapsedTime(started));
        await shared.ExecuteAsync("DELETE FROM holds");
        """)]
    [InlineData("the command before it is timed", Before, """
        await shared.ExecuteAsync("DELETE FROM orders");
        logger.LogInformation("{Took}", DateTimeOffset.UtcNow - began);
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    public async Task It_does_not_pass_that(string why, string key, string body) => await Fix(why, body).IsNotOffered(key);

    [Theory]
    [InlineData("an entity of this method is changed", """
        var order = new Order { State = "new" };
        order.State = "closed";
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("a time is stored", """
        await shared.ExecuteAsync("UPDATE orders SET paid_at = @at", new { at = DateTime.UtcNow });
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("the transaction is measured, and not the call", """
        var started = DateTime.UtcNow;
        await shared.ExecuteAsync("DELETE FROM holds");
        logger.LogInformation("{Took}", DateTime.UtcNow - started);
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    [InlineData("a field of this object is counted", """
        _count++;
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/_notifier.NotifyAsync(id, ct);
        """)]
    public async Task It_passes_the_rest(string why, string body)
    {
        var (_, offers) = await Fix(why, body).Results();
        Assert.Contains(offers, offer => offer.Key == Before);
    }

    [Fact]
    public async Task What_is_set_for_it_goes_along() => await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds");
            _headers.Correlation = "order";
            await /*call*/_notifier.NotifyAsync(id, ct);
            await transaction.CommitAsync(ct);
        }
        """ + Members).Becomes(Before, """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            _headers.Correlation = "order";
            await _notifier.NotifyAsync(id, ct);

            await using var transaction = await shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds");
            await transaction.CommitAsync(ct);
        }
        """ + Members);

    /// <summary>What is answered for a failure was true of work that is rolled back.</summary>
    [Theory]
    [InlineData("return false;", false)]
    [InlineData("logger.LogError(e, \"not closed\");\nreturn false;", false)]
    [InlineData("await shared.ExecuteAsync(\"UPDATE orders SET state = 'failed'\");", false)]
    [InlineData("closed = false;", false)]
    [InlineData("logger.LogError(e, \"not closed\");", true)]
    [InlineData("logger.LogError(e, \"not closed\");\nthrow;", true)]
    public async Task It_does_not_move_behind_the_commit_where_a_handler_around_both_answers_its_failure(string handler, bool isOffered)
    {
        var (_, offers) = await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", $$"""
            public async Task<bool> RunAsync(int id, CancellationToken ct)
            {
                var closed = true;
                try
                {
                    await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                    await shared.ExecuteAsync("DELETE FROM holds");
                    await /*call*/mailer.SendAsync(id, ct);
                    await shared.ExecuteAsync("DELETE FROM orders");
                    await transaction.CommitAsync(ct);
                }
                catch (HttpRequestException e)
                {
                    Console.WriteLine(e);
                    {{handler}}
                }
                catch (NpgsqlException)
                {
                    return false;
                }

                return closed;
            }
            """).Results();
        Assert.Equal(isOffered, offers.Any(offer => offer.Key == After));
    }

    private static StatedFinding Fix(string why, string body) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", $$"""
        // {{why}}
        public async Task RunAsync(int id, IProgress<string> progress, TaskCompletionSource told, IDisposable lease, CancellationToken ct)
        {
            var began = DateTimeOffset.UtcNow;
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line))}}
            await transaction.CommitAsync(ct);
        }
        """ + Members);
}
