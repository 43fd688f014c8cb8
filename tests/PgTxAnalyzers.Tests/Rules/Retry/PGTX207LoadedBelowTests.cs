using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The unit changes and saves what a method of its own has loaded.</summary>
public sealed class PGTX207LoadedBelowTests
{
    private const string Save = "order.Count--; await db.SaveChangesAsync(token);";

    private static TestCode Unit(string unit) => RetryCode.Service("", types: $$"""
        public abstract class Loading(ShopContext context)
        {
            protected readonly ShopContext db = context;
            protected ShopContext other = null!;

            protected async Task<Order> GetAsync(int id) => await db.Orders.FirstOrDefaultAsync(o => o.Id == id) ?? throw new InvalidOperationException();

            protected ValueTask<T?> FindAsync<T>(int id) where T : class => db.Set<T>().FindAsync(id);

            protected Order Found(int id)
            {
                var order = db.Orders.Single(o => o.Id == id);
                if (order.Count == 0)
                {
                    throw new InvalidOperationException();
                }

                return order;
            }

            protected Task<Order> OfAsync(ShopContext on, int id) => on.Orders.SingleAsync(o => o.Id == id);

            protected Task<Order> UntrackedAsync(int id) => db.Orders.AsNoTracking().SingleAsync(o => o.Id == id);

            protected Task<Order> OtherAsync(int id) => other.Orders.SingleAsync(o => o.Id == id);

            protected async Task<Order> CopyAsync(int id) => Copy(await db.Orders.SingleAsync(o => o.Id == id));

            protected async Task<Order> MadeAsync(int id)
            {
                var count = await db.Orders.CountAsync(o => o.Id == id);
                return new Order { Count = count };
            }

            protected async Task<Order> ClearedAsync(int id)
            {
                db.ChangeTracker.Clear();
                return await db.Orders.SingleAsync(o => o.Id == id);
            }

            protected static Order Copy(Order order) => new() { Id = order.Id };
        }

        public sealed class Booking(ShopContext context, Booking? mate) : Loading(context)
        {
            public Task RunAsync(int id, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
            {
                {{unit}}
                GC.KeepAlive(mate);
            }, ct);
        }
        """).Counting("PGTX207");

    [Theory]
    [InlineData("var order = await GetAsync(id);")]
    [InlineData("var order = await this.GetAsync(id).ConfigureAwait(false);")]
    [InlineData("var order = await FindAsync<Order>(id) ?? throw new InvalidOperationException();")]
    [InlineData("var order = Found(id);")]
    [InlineData("var order = await OfAsync(db, id);")]
    public Task What_a_method_has_loaded_is_tracked(string load) => Unit(load + Save + " // expect: PGTX207\n").HasMarkedFindings();

    [Theory]
    [InlineData("var order = await UntrackedAsync(id);")]
    [InlineData("var order = await OtherAsync(id);")]
    [InlineData("var order = await OfAsync(other, id);")]
    [InlineData("var order = await CopyAsync(id);")]
    [InlineData("var order = Copy(await GetAsync(id));")]
    [InlineData("var order = await MadeAsync(id);")]
    [InlineData("var order = await ClearedAsync(id);")]
    [InlineData("db.ChangeTracker.Clear(); var order = await GetAsync(id);")]
    public Task What_is_not_tracked_or_not_from_this_context_is_quiet(string load) => Unit(load + Save).IsQuiet();

    [Fact]
    public Task What_is_only_read_is_quiet() => Unit("var order = await GetAsync(id); if (order.Count > 0) { await db.SaveChangesAsync(token); }").IsQuiet();
}
