using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Flow;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Which helpers hand a region to their callers: what names suspect, the flow decides.</summary>
public class RegionHelpersTests
{
    [Fact]
    public Task What_a_failing_commit_leaves_open_is_open_in_the_callers_finally() => TestCode.Of("""
        using Npgsql;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                try
                {
                    await Save(conn);
                }
                finally
                {
                    await http.GetAsync("/"); // expect: PGTX101
                }
            }

            public async Task Quiet(NpgsqlConnection conn)
            {
                await Save(conn);
                await http.GetAsync("/");
            }

            private async Task Save(NpgsqlConnection conn)
            {
                await new NpgsqlCommand("BEGIN", conn).ExecuteNonQueryAsync();
                await new NpgsqlCommand("INSERT INTO orders DEFAULT VALUES", conn).ExecuteNonQueryAsync();
                await new NpgsqlCommand("COMMIT", conn).ExecuteNonQueryAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task A_commit_on_another_path_does_not_end_what_this_one_begins() => TestCode.Of("""
        using Npgsql;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                await Start(conn);
                await http.GetAsync("/"); // expect: PGTX101
            }

            private async Task Start(NpgsqlConnection conn)
            {
                try
                {
                    await new NpgsqlCommand("BEGIN", conn).ExecuteNonQueryAsync();
                }
                catch (NpgsqlException e) when (e.IsTransient)
                {
                    var tx = await conn.BeginTransactionAsync();
                    await tx.CommitAsync();
                }
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task What_is_lost_in_a_local_is_open_for_the_caller() => TestCode.Of("""
        using Npgsql;
        using Dapper;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                await Save(conn);
                await http.GetAsync("/"); // expect: PGTX101
            }

            private async Task Save(NpgsqlConnection conn)
            {
                var tx = await conn.BeginTransactionAsync();
                await conn.ExecuteAsync("INSERT INTO orders DEFAULT VALUES", transaction: tx);
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>A runner's begin is in a <c>using</c>, a local, a field or the facade: what it runs meanwhile is its caller's text.</summary>
    [Theory]
    [InlineData("var tx = await db.Database.BeginTransactionAsync(); try { await work(); await tx.CommitAsync(); } catch { await tx.RollbackAsync(); } finally { await tx.DisposeAsync(); }", "")]
    [InlineData("kept = await db.Database.BeginTransactionAsync(); await work(); await kept.CommitAsync();", "")]
    [InlineData("await db.Database.BeginTransactionAsync(); await work(); await db.Database.CommitTransactionAsync();", "")]
    [InlineData("await db.Database.BeginTransactionAsync(); try { await work(); await db.Database.CommitTransactionAsync(); } catch { await db.Database.RollbackTransactionAsync(); throw; }", "")]
    [InlineData("kept = await db.Database.BeginTransactionAsync(); await work();", " // expect: PGTX101")]
    public Task A_delegate_runs_in_a_transaction_that_no_using_ends(string runner, string behind) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        public class Runner(Shop db)
        {
            private IDbContextTransaction? kept;

            public async Task RunAsync(Func<Task> work) { {{runner}} }
        }

        public class Service(Runner runner, Shop db, HttpClient http)
        {
            public async Task Pay()
            {
                await runner.RunAsync(async () =>
                {
                    await db.SaveChangesAsync();
                    await http.GetAsync("/"); // expect: PGTX101
                });
                await http.GetAsync("/");{{behind}}
            }

            public Task Look() => runner.RunAsync(() => db.SaveChangesAsync());
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("await work(); var tx = await db.Database.BeginTransactionAsync(); await tx.CommitAsync();")]
    [InlineData("var tx = await db.Database.BeginTransactionAsync(); await tx.CommitAsync(); await work();")]
    [InlineData("var tx = await db.Database.BeginTransactionAsync(); try { await db.SaveChangesAsync(); await tx.CommitAsync(); } finally { await tx.DisposeAsync(); } await work();")]
    public Task A_delegate_that_runs_outside_of_the_transaction_is_quiet(string runner) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        public class Runner(Shop db)
        {
            public async Task RunAsync(Func<Task> work) { {{runner}} }
        }

        public class Service(Runner runner, Shop db, HttpClient http)
        {
            public async Task Pay()
            {
                await runner.RunAsync(async () =>
                {
                    await db.SaveChangesAsync();
                    await http.GetAsync("/");
                });
                await http.GetAsync("/");
            }
        }
        """).Counting("PGTX101", "PGTX103").IsQuiet();

    [Theory]
    [InlineData("var tx = await conn.BeginTransactionAsync(); await tx.CommitAsync();", 1)]
    [InlineData("var tx = await conn.BeginTransactionAsync(); if (Environment.TickCount > 3) await tx.CommitAsync();", 3)]
    public async Task Callers_of_a_helper_that_ends_what_it_begins_cost_no_graph(string helper, int graphs)
    {
        var code = TestCode.Of($$"""
            using Npgsql;
            public class Job
            {
                public async Task ExecuteAsync(NpgsqlConnection conn) { {{helper}} }
            }

            public class First(Job job) { public Task Run(NpgsqlConnection conn) => job.ExecuteAsync(conn); }

            public class Second(Job job) { public Task Run(NpgsqlConnection conn) => job.ExecuteAsync(conn); }
            """);
        BodyCatalog? bodies = null;

        await AnalyzerRun.Findings(code.Compile(), code.AnalyzerOptions(), [new TransactionAnalyzer { Began = b => bodies = b }], TestContext.Current.CancellationToken);

        Assert.Equal(graphs, bodies!.GraphsBuilt);
    }

    [Fact]
    public async Task Helpers_that_call_each_other_in_a_circle_are_asked_once()
    {
        var code = TestCode.Of("""
            using Npgsql;
            public class Service(HttpClient http)
            {
                public void Run(NpgsqlConnection conn)
                {
                    First(conn, () => { });
                    http.GetAsync("/").Wait();
                }

                private void First(NpgsqlConnection conn, Action work) { Second(conn, work); }

                private void Second(NpgsqlConnection conn, Action work) { First(conn, work); Third(conn); }

                private void Third(NpgsqlConnection conn) { var tx = conn.BeginTransaction(); tx.Rollback(); }
            }
            """);

        Assert.Empty(await AnalyzerRun.Findings(code.Compile(), code.AnalyzerOptions(), [new TransactionAnalyzer()], TestContext.Current.CancellationToken));
    }

    [Fact]
    public Task What_only_works_with_the_database_is_not_caught_as_an_http_failure() => TestCode.Of("""
        using Npgsql;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                try
                {
                    await Save(conn);
                }
                catch (HttpRequestException)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await http.GetAsync("/");
                }
            }

            private async Task Save(NpgsqlConnection conn)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await new NpgsqlCommand("INSERT INTO orders DEFAULT VALUES", conn).ExecuteNonQueryAsync();
                await tx.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Fact]
    public Task A_transaction_that_is_handed_out_ended_can_still_fail_to_be_disposed_of() => TestCode.Of("""
        using Npgsql;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                try
                {
                    await using var tx = await Ended(conn);
                    var next = await conn.BeginTransactionAsync();
                }
                catch
                {
                    await http.GetAsync("/"); // expect: PGTX103
                }
            }

            private async Task<NpgsqlTransaction> Ended(NpgsqlConnection conn)
            {
                var tx = await conn.BeginTransactionAsync();
                await tx.CommitAsync();
                return tx;
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>Of two methods of one name, only who calls the one that leaves a transaction is looked at.</summary>
    [Theory]
    [InlineData("CallsField", true)]
    [InlineData("CallsLocal", true)]
    [InlineData("CallsInterface", true)]
    [InlineData("CallsBase", true)]
    [InlineData("HandsOn", true)]
    [InlineData("CallsOther", false)]
    [InlineData("CallsOthersInterface", false)]
    [InlineData("CallsLibrary", false)]
    [InlineData("CallsCaller", true)]
    [InlineData("CallsOthersCaller", false)]
    public void A_helper_is_told_from_another_one_of_its_name(string caller, bool can)
    {
        var compilation = TestCode.Of("""
            using Npgsql;
            public interface IOrders { void Remove(NpgsqlConnection conn); }
            public interface ICustomers { void Remove(NpgsqlConnection conn); }
            public abstract class Base { public abstract void Remove(NpgsqlConnection conn); }
            public class Orders : Base, IOrders
            {
                public override void Remove(NpgsqlConnection conn)
                {
                    conn.BeginTransaction();
                    new NpgsqlCommand("DELETE FROM orders", conn).ExecuteNonQuery();
                }
            }

            public class Customers : ICustomers
            {
                public void Remove(NpgsqlConnection conn) => new NpgsqlCommand("DELETE FROM customers", conn).ExecuteNonQuery();
            }

            public class Service(Orders orders, Customers customers, IOrders some, ICustomers other, Base one)
            {
                public void CallsField(NpgsqlConnection conn) => orders.Remove(conn);
                public void CallsLocal(NpgsqlConnection conn) { var its = true ? orders : null!; its.Remove(conn); }
                public void CallsInterface(NpgsqlConnection conn) => some.Remove(conn);
                public void CallsBase(NpgsqlConnection conn) => one.Remove(conn);
                public void HandsOn(NpgsqlConnection conn) => Do(orders.Remove, conn);
                public void CallsOther(NpgsqlConnection conn) => customers.Remove(conn);
                public void CallsOthersInterface(NpgsqlConnection conn) => other.Remove(conn);
                public void CallsLibrary(List<NpgsqlConnection> all, NpgsqlConnection conn) => all.Remove(conn);
                public void CallsCaller(NpgsqlConnection conn) => Clear(conn);
                public void CallsOthersCaller(NpgsqlConnection conn) => Empty(conn);
                private void Clear(NpgsqlConnection conn) => orders.Remove(conn);
                private void Empty(NpgsqlConnection conn) => customers.Remove(conn);
                private static void Do(Action<NpgsqlConnection> run, NpgsqlConnection conn) => run(conn);
            }
            """).Compile();
        var context = new CompilationContext(compilation, ModelSet.Create(compilation), maxCallDepth: 6);
        var body = FlowOf.MethodNamed(compilation, caller).DeclaringSyntaxReferences[0].GetSyntax(TestContext.Current.CancellationToken);

        Assert.Equal(can, context.Helpers.CanHaveTransaction(body, TestContext.Current.CancellationToken));
    }
}
