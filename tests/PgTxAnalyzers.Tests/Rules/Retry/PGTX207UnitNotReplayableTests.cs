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

    /// <summary>The state of a delegate that captures nothing is one object for all attempts.</summary>
    [Theory]
    [InlineData("db", "s", "await s.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("(db, id)", "s.db", "await s.db.SaveChangesAsync(token); // expect: PGTX207")]
    [InlineData("db", "s", "s.ChangeTracker.Clear(); await s.SaveChangesAsync(token);")]
    [InlineData("(db, id)", "s.db", "s.db.ChangeTracker.Clear(); await s.Item1.SaveChangesAsync(token);")]
    [InlineData("contexts", "own", "await own.SaveChangesAsync(token);")]
    public Task A_context_may_be_the_delegates_state(string state, string context, string save) => RetryCode.Service($$"""
            public Task RunAsync(int id, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync({{state}}, static async (s, token) =>
            {
                {{(context == "own" ? "await using var own = await s.CreateDbContextAsync(token);" : "")}}
                {{context}}.Orders.Add(new Order());
                {{save}}
            }, ct);
        """).Counting("PGTX207").HasMarkedFindings();

    private const string Begin = "await using var tx = await db.Database.BeginTransactionAsync(token);\n";

    /// <summary>The unit begins, and a method that it calls loads, changes and saves.</summary>
    [Theory]
    [InlineData(Begin + "await OwnAsync(id); // expect: PGTX207")]
    [InlineData(Begin + "await this.OwnAsync(id); // expect: PGTX207")]
    [InlineData(Begin + "await WithAsync(db, id); // expect: PGTX207")]
    [InlineData(Begin + "await WithAsync(id: id, on: db); // expect: PGTX207")]
    [InlineData("await OwnAsync(id);")]
    [InlineData(Begin + "db.ChangeTracker.Clear(); await OwnAsync(id);")]
    [InlineData(Begin + "Forget(); await WithAsync(db, id);")]
    [InlineData(Begin + "await ClearedAsync(db, id);")]
    [InlineData(Begin + "await ReadAsync(db, id);")]
    [InlineData(Begin + "await SaveAsync(db);")]
    [InlineData(Begin + "await AddAsync(new Order());")]
    [InlineData(Begin + "await MadeAsync(id);")]
    [InlineData(Begin + "await using var own = await contexts.CreateDbContextAsync(token); await WithAsync(own, id);")]
    [InlineData(Begin + "await other.OwnAsync(id);")]
    [InlineData(Begin + "Func<Task> later = () => WithAsync(db, id);")]
    public Task What_a_method_below_does_with_the_tracker(string body) => RetryCode.Service($$"""
            private Service other = null!;

            public Task RunAsync(int id, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
            {
                {{body}}
            }, ct);

            private async Task OwnAsync(int id)
            {
                var order = await db.Orders.SingleAsync(o => o.Id == id);
                order.State = "paid";
                await db.SaveChangesAsync();
            }

            private static async Task WithAsync(ShopContext on, int id)
            {
                var order = await on.Orders.SingleAsync(o => o.Id == id);
                order.State = "paid";
                await on.SaveChangesAsync();
            }

            private static Task ClearedAsync(ShopContext on, int id)
            {
                on.ChangeTracker.Clear();
                on.Orders.Add(new Order());
                return on.SaveChangesAsync();
            }

            private static async Task<int> ReadAsync(ShopContext on, int id) => await on.Orders.Where(o => o.Id == id).Select(o => o.Count).SingleAsync();

            private Task AddAsync(Order order)
            {
                db.Orders.Update(order);
                return db.SaveChangesAsync();
            }

            private static Task SaveAsync(ShopContext on) => on.SaveChangesAsync();

            private async Task MadeAsync(int id)
            {
                await using var db = await contexts.CreateDbContextAsync();
                db.Orders.Add(new Order());
                await db.SaveChangesAsync();
            }

            private void Forget() => db.ChangeTracker.Clear();
        """).Counting("PGTX207").HasMarkedFindings();

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

    [Theory]
    [InlineData("class, new()", false)]
    [InlineData("ShopContext", true)]
    [InlineData("DbContext", true)]
    public Task A_context_of_a_type_parameter_is_one_by_its_constraint(string constraint, bool found) => RetryCode.Service("", types: $$"""
        public class Store<TContext>(TContext context) where TContext : {{constraint}}
        {
            public async Task DeleteAsync(DbContext any, Order order, CancellationToken ct) => await any.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                {{(found ? "context.Remove(order);\n        await context.SaveChangesAsync(ct); // expect: PGTX207" : "_ = context;")}}
                await any.Database.ExecuteSqlAsync($"UPDATE orders SET paid = true", ct);
            });

            public async Task ClearAsync(DbContext any, Order order, CancellationToken ct) => await any.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                {{(found ? "context.ChangeTracker.Clear(); context.Remove(order); await context.SaveChangesAsync(ct);" : "_ = context;")}}
            });
        }
        """).Counting("PGTX207").HasMarkedFindings();

    /// <summary>A runner that hands the delegate on to one that begins: PGTX101 says it.</summary>
    [Theory]
    [InlineData("ForwardAsync", "PGTX101")]
    [InlineData("RunAsync", "PGTX101")]
    [InlineData("PlainAsync", "PGTX207")]
    public Task Inside_a_transaction_of_a_runner_101_says_it(string runner, string rule) => RetryCode.Service($$"""
            public Task PayAsync() => {{runner}}(async () =>
            {
                db.ChangeTracker.Clear();
                db.Orders.Add(new Order());
                await db.SaveChangesAsync();
                await http.PostAsync("/charges", null); // expect: {{rule}}
            });

            private Task ForwardAsync(Func<Task> work) => RunAsync(work);

            private async Task RunAsync(Func<Task> work) => await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var tx = await db.Database.BeginTransactionAsync();
                await work();
                await tx.CommitAsync();
            });

            private Task PlainAsync(Func<Task> work) => OnceMoreAsync(work);

            private async Task OnceMoreAsync(Func<Task> work) => await db.Database.CreateExecutionStrategy().ExecuteAsync(async () => await work());
        """).Counting("PGTX101", "PGTX207").HasMarkedFindings();
}
