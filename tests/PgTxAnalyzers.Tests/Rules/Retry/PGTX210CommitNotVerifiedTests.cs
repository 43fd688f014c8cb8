using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Inserts with a generated key in a unit that is repeated without a question.</summary>
public sealed class PGTX210CommitNotVerifiedTests
{
    private static TestCode Unit(string body, bool found = false) => RetryCode.Service($$"""
            public async Task RunAsync(int id, CancellationToken ct)
            {
                await db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>{{(found ? " // expect: PGTX210" : "")}}
                {
                    db.ChangeTracker.Clear();
                    {{body}}
                }, ct);
            }
        """).Counting("PGTX210");

    [Theory]
    [InlineData("db.Orders.Add(new Order { State = \"new\" }); await db.SaveChangesAsync(token);")]
    [InlineData("db.Add(new Order()); await db.SaveChangesAsync(token);")]
    [InlineData("db.Orders.AddRange(Enumerable.Range(0, 3).Select(_ => new Order { State = \"new\" })); await db.SaveChangesAsync(token);")]
    public Task An_insert_whose_key_is_generated_is_found(string body) => Unit(body, found: true).Counting("PGTX210").HasMarkedFindings();

    [Theory]
    [InlineData("db.Orders.Add(new Order { Id = id }); await db.SaveChangesAsync(token);")]
    [InlineData("db.Orders.Add(new Order { State = \"new\" }); await Task.Yield();")]
    [InlineData("var order = await db.Orders.SingleAsync(o => o.Id == id, token); order.State = \"paid\"; await db.SaveChangesAsync(token);")]
    [InlineData("new List<Order>().Add(new Order()); await db.SaveChangesAsync(token);")]
    public Task A_stated_key_and_an_update_are_quiet(string body) => Unit(body).Counting("PGTX210").IsQuiet();

    [Fact]
    public Task A_plain_save_is_quiet() => RetryCode.Service("""
            public Task RunAsync(CancellationToken ct)
            {
                db.Orders.Add(new Order());
                return db.SaveChangesAsync(ct);
            }
        """).Counting("PGTX210").IsQuiet();

    [Fact]
    public async Task The_message_names_the_entity()
    {
        var finding = Assert.Single(await Unit("db.Add(new Order()); await db.SaveChangesAsync(token);", found: true).Counting("PGTX210").HasMarkedFindings());

        Assert.Equal("When the reply to the commit is lost, Order is inserted twice: 'ExecuteAsync' runs the unit again without asking whether it was committed", finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Hidden, finding.Severity);
    }
}
