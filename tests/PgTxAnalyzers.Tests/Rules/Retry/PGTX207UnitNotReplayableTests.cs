using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Units that do something twice when they run twice.</summary>
public sealed class PGTX207UnitNotReplayableTests
{
    private static TestCode Unit(string body, string before = "", string after = "") => RetryCode.Service($$"""
            public async Task<int> RunAsync(int id, CancellationToken ct)
            {
                var total = 0;
                var seen = new List<int>();
                {{before}}
                await db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
                {
                    {{body}}
                }, ct);
                {{after}}
                return total + seen.Count;
            }

            private async Task NotifyAsync(int id) => await http.PostAsync($"/orders/{id}", null);
        """).Counting("PGTX207");

    private const string Work = "await db.Database.ExecuteSqlAsync($\"UPDATE orders SET paid = true\", token);";

    [Theory]
    [InlineData("db.Orders.Add(new Order()); await db.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("var order = await db.Orders.SingleAsync(o => o.Id == id, token); order.Count--; await db.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("var order = await db.Orders.SingleAsync(o => o.Id == id, token); order.State = \"paid\"; db.SaveChanges(); // expect: PGTX207")]
    [InlineData("var orders = await db.Orders.ToListAsync(token); foreach (var order in orders) { order.Count += 1; } await db.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("db.Remove(await db.Orders.SingleAsync(o => o.Id == id, token)); await db.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("db.ChangeTracker.Clear(); db.Orders.Add(new Order()); await db.SaveChangesAsync(token);")]
    [InlineData("await using var own = await contexts.CreateDbContextAsync(token); own.Orders.Add(new Order()); await own.SaveChangesAsync(token);")]
    [InlineData("await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(token); await db.SaveChangesAsync(token);")]
    [InlineData("var order = await db.Orders.AsNoTracking().SingleAsync(o => o.Id == id, token); order.Count--; await db.SaveChangesAsync(token);")]
    public Task What_a_tracker_from_outside_still_holds(string body) => Unit(body).HasMarkedFindings();

    [Theory]
    [InlineData("total++; // expect: PGTX207")]
    [InlineData("total += 1; // expect: PGTX207")]
    [InlineData("seen.Add(id); // expect: PGTX207")]
    [InlineData("total = 1;")]
    [InlineData("total = 0; total++;")]
    [InlineData("seen.Clear(); seen.Add(id);")]
    [InlineData("var own = 0; own++;")]
    public Task What_adds_up_outside(string change) => Unit(change + "\n" + Work).HasMarkedFindings();

    [Fact]
    public Task A_counter_that_nobody_reads_does_no_harm() => Unit("attempts++;\n" + Work, before: "var attempts = 0;").IsQuiet();

    [Theory]
    [InlineData("await http.PostAsync(\"/charges\", null, token); // expect: PGTX207")]
    [InlineData("await NotifyAsync(id); // expect: PGTX207")]
    [InlineData("await http.GetStringAsync(\"/rates\", token);")]
    [InlineData("await http.PutAsync(\"/orders\", null, token);")]
    [InlineData("http.DefaultRequestHeaders.Add(\"Idempotency-Key\", \"k\"); await http.PostAsync(\"/charges\", null, token);")]
    public Task What_is_done_again_elsewhere(string call) => Unit(call + "\n" + Work).HasMarkedFindings();

    [Fact]
    public Task Inside_a_transaction_101_says_it() =>
        Unit("await using var tx = await db.Database.BeginTransactionAsync(token);\n" + Work + "\nawait http.PostAsync(\"/charges\", null, token);\nawait tx.CommitAsync(token);").IsQuiet();

    [Fact]
    public Task Without_database_work_it_is_not_this_rule_s() => Unit("await http.PostAsync(\"/charges\", null, token);").IsQuiet();

    [Fact]
    public Task A_loop_is_a_scope_and_its_counter_is_its_own() => RetryCode.Service("""
            public async Task<int> RunAsync(CancellationToken ct)
            {
                var done = 0;
                var attempt = 0;
                while (true)
                {
                    try
                    {
                        attempt++;
                        await using var connection = await dataSource.OpenConnectionAsync(ct);
                        done += await connection.ExecuteAsync("UPDATE orders SET paid = true"); // expect: PGTX207
                        return done;
                    }
                    catch (NpgsqlException e) when (e.IsTransient && attempt < 5)
                    {
                        await Task.Delay(100 * attempt, ct);
                    }
                }
            }
        """).Counting("PGTX207").HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_retry()
    {
        var finding = Assert.Single(await Unit("await NotifyAsync(id); // expect: PGTX207\n" + Work).HasMarkedFindings());

        Assert.Matches(@"^'Service\.NotifyAsync → HttpClient\.PostAsync' is done twice: the retry at line \d+ runs the unit again after a lost connection$", finding.GetMessage());
        Assert.Equal("NotifyAsync(id)", finding.Location.Text());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }
}
