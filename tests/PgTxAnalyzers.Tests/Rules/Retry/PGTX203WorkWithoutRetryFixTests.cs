using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The unit, from the opening of its connection on, runs again.</summary>
public sealed class PGTX203WorkWithoutRetryFixTests
{
    private const string Key = "PGTX203.Retry";

    private static readonly ReferenceSet NoPolly = ReferenceSet.Everything.Without("Polly");

    /// <summary>A hosted service around the members of a test, in a file that imports what a service imports anyway.</summary>
    private static TestCode Worker(string members, string usings = "") => TestCode.Of($$"""
        using Dapper;
        using Microsoft.Extensions.Hosting;
        using Npgsql;
        {{usings}}
        namespace Shop;

        public sealed class Store(NpgsqlDataSource dataSource, HttpClient http)
        {
            public async Task<List<int>> DueAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                return (await connection.QueryAsync<int>("SELECT id FROM reminders")).AsList();
            }

            public async Task MarkAsync(int id, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE reminders SET due = true WHERE id = @id", new { id });
            }

            public async Task CountAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var command = connection.CreateCommand();
                command.CommandText = "UPDATE counters SET n = n + 1";
                await command.ExecuteNonQueryAsync(ct);
            }

            public async Task SendAsync(CancellationToken ct)
            {
                await MarkAsync(1, ct);
                await http.SendAsync(new HttpRequestMessage(), ct);
            }

            public async Task TellAsync(CancellationToken ct)
            {
                await MarkAsync(1, ct);
                await Partner!.TellAsync(ct);
            }

            public async Task KeepAsync(CartContext carts, CancellationToken ct)
            {
                carts.Carts.Add(new Cart());
                await carts.SaveChangesAsync(ct);
            }

            private IPartner? Partner => null;

            public async Task ChargeAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: transaction);
                await http.PostAsync("/charges", null, ct);
                await transaction.CommitAsync(ct);
            }
        }

        public interface IPartner
        {
            Task TellAsync(CancellationToken ct);
        }

        public sealed class Cart
        {
            public int Id { get; set; }
        }

        public sealed class CartContext(Microsoft.EntityFrameworkCore.DbContextOptions<CartContext> options) : Microsoft.EntityFrameworkCore.DbContext(options)
        {
            public Microsoft.EntityFrameworkCore.DbSet<Cart> Carts => Set<Cart>();
        }

        public sealed class Worker(NpgsqlDataSource dataSource, Store store, NpgsqlConnection held, CartContext carts) : BackgroundService
        {
        {{members}}

            public int Rounds { get; private set; }

            public Action<int>? Done { get; set; }
        }
        """);

    private const string Usings = "using Polly;\nusing Polly.Retry;\n";

    private const string Field = """
            private static readonly ResiliencePipeline DatabaseRetry = new ResiliencePipelineBuilder()
                .AddRetry(new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(ex => ex.IsTransient),
                    MaxRetryAttempts = 5,
                    Delay = TimeSpan.FromMilliseconds(200),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                })
                .Build();


        """;

    [Fact]
    public async Task A_call_that_makes_its_own_connection_goes_into_the_pipeline_alone() => await Worker("""
            /// <summary>Does it.</summary>
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                foreach (var id in await store.DueAsync(stoppingToken).ConfigureAwait(false)) // expect: PGTX203
                {
                    // One after the other.
                    await store.MarkAsync(id, stoppingToken).ConfigureAwait(false);
                }
            }
        """).Fix("PGTX203", Key).Becomes(Worker(Field + """
            /// <summary>Does it.</summary>
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                foreach (var id in await DatabaseRetry.ExecuteAsync(async ct => await store.DueAsync(ct).ConfigureAwait(false), stoppingToken).ConfigureAwait(false))
                {
                    // One after the other.
                    await DatabaseRetry.ExecuteAsync(async ct => await store.MarkAsync(id, ct).ConfigureAwait(false), stoppingToken).ConfigureAwait(false);
                }
            }
        """, Usings));

    [Fact]
    public async Task Without_Polly_what_is_read_later_is_declared_before_the_loop() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                var due = await store.DueAsync(stoppingToken); // expect: PGTX203
                Console.WriteLine(due.Count);
            }
        """).WithReferences(NoPolly).Fix("PGTX203", Key).Becomes(Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                List<int> due;
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        due = await store.DueAsync(stoppingToken);
                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), stoppingToken);
                    }
                }

                Console.WriteLine(due.Count);
            }
        """).WithReferences(NoPolly));

    [Fact]
    public async Task A_connection_that_is_declared_before_it_is_opened_is_made_anew_each_time() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                var attempt = 0;
                await using var connection = new NpgsqlConnection("Host=db;Database=shop");
                await connection.OpenAsync(stoppingToken); // expect: PGTX203
                await connection.ExecuteAsync("DELETE FROM carts WHERE expired");
                GC.KeepAlive(attempt);
            }
        """).WithReferences(NoPolly).Fix("PGTX203", Key).Becomes(Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                var attempt = 0;
                for (var attempt2 = 1; ; attempt2++)
                {
                    try
                    {
                        await using var connection = new NpgsqlConnection("Host=db;Database=shop");
                        await connection.OpenAsync(stoppingToken);
                        await connection.ExecuteAsync("DELETE FROM carts WHERE expired");
                        GC.KeepAlive(attempt);
                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt2 < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt2) + Random.Shared.Next(100)), stoppingToken);
                    }
                }
            }
        """).WithReferences(NoPolly));

    [Fact]
    public async Task A_return_in_the_middle_of_the_method_needs_a_loop() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                while (!stoppingToken.IsCancellationRequested)
                {
                    await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // expect: PGTX203
                    if (await connection.ExecuteAsync("DELETE FROM carts WHERE expired") == 0)
                    {
                        return;
                    }
                }
            }
        """, Usings).Fix("PGTX203", Key).Becomes(Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                while (!stoppingToken.IsCancellationRequested)
                {
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                            if (await connection.ExecuteAsync("DELETE FROM carts WHERE expired") == 0)
                            {
                                return;
                            }

                            break;
                        }
                        catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                        {
                            await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), stoppingToken);
                        }
                    }
                }
            }
        """, Usings));

    [Fact]
    public async Task A_task_that_is_passed_on() => await Worker("""
            protected override Task ExecuteAsync(CancellationToken stoppingToken) => store.MarkAsync(1, stoppingToken); // expect: PGTX203
        """).Fix("PGTX203", Key).Becomes(Worker(Field + """
            protected override Task ExecuteAsync(CancellationToken stoppingToken) => DatabaseRetry.ExecuteAsync(async ct => await store.MarkAsync(1, ct), stoppingToken).AsTask();
        """, Usings));

    [Fact]
    public async Task A_timer_that_waits_for_nothing()
    {
        await TestCode.Of(Code("_timer = new Timer(_ => Purge(), null, 0, 1000); // expect: PGTX203")).Fix("PGTX203", Key).Becomes(Code("_timer = new Timer(_ => DatabaseRetry.Execute(() => Purge()), null, 0, 1000);")
            .Replace("using Npgsql;\n", "using Npgsql;\n" + Usings).Replace("    private readonly Timer _timer;\n\n", "    private readonly Timer _timer;\n\n" + Field));

        static string Code(string statement) => $$"""
            using Dapper;
            using Npgsql;

            public sealed class Cleaner
            {
                private readonly NpgsqlDataSource _dataSource;
                private readonly Timer _timer;

                public Cleaner(NpgsqlDataSource dataSource)
                {
                    _dataSource = dataSource;
                    {{statement}}
                }

                private void Purge()
                {
                    using var connection = _dataSource.OpenConnection();
                    connection.Execute("DELETE FROM sessions WHERE expired");
                }
            }
            """;
    }

    [Fact]
    public async Task A_token_that_the_unit_does_not_name_calls_the_retry_off() => await TestCode.Of(Program("var total = await new Report(dataSource).TotalAsync();\nConsole.WriteLine(total);", mark: true)).Fix("PGTX203", Key).Becomes(Program("""
        int total;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                total = await new Report(dataSource).TotalAsync();
                break;
            }
            catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)));
            }
        }

        Console.WriteLine(total);
        """, mark: false));

    [Fact]
    public async Task A_using_statement_is_a_unit_with_what_is_done_on_its_connection() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                int total;
                using (var connection = await dataSource.OpenConnectionAsync(stoppingToken).ConfigureAwait(false)) // expect: PGTX203
                {
                    total = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM carts").ConfigureAwait(false);
                }

                Console.WriteLine(total);
            }
        """).WithReferences(NoPolly).Fix("PGTX203", Key).Becomes(Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                int total;
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        using (var connection = await dataSource.OpenConnectionAsync(stoppingToken).ConfigureAwait(false))
                        {
                            total = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM carts").ConfigureAwait(false);
                        }

                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), stoppingToken).ConfigureAwait(false);
                    }
                }

                Console.WriteLine(total);
            }
        """));

    [Fact]
    public async Task A_connection_that_is_given_back_in_the_end_goes_along() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                var connection = new NpgsqlConnection("Host=db");
                try
                {
                    await connection.OpenAsync(stoppingToken); // expect: PGTX203
                    await connection.ExecuteAsync("DELETE FROM carts");
                }
                finally
                {
                    await connection.DisposeAsync();
                }
            }
        """).WithReferences(NoPolly).Fix("PGTX203", Key).Becomes(Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        var connection = new NpgsqlConnection("Host=db");
                        try
                        {
                            await connection.OpenAsync(stoppingToken);
                            await connection.ExecuteAsync("DELETE FROM carts");
                        }
                        finally
                        {
                            await connection.DisposeAsync();
                        }

                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), stoppingToken);
                    }
                }
            }
        """));

    private static string Program(string statements, bool mark) => $$"""
        using Dapper;
        using Npgsql;

        await using var dataSource = NpgsqlDataSource.Create(args[0]);
        {{(mark ? statements.Replace(";\n", "; // expect: PGTX203\n") : statements)}}

        public sealed class Report(NpgsqlDataSource dataSource)
        {
            public async Task<int> TotalAsync()
            {
                await using var connection = await dataSource.OpenConnectionAsync();
                return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM invoices");
            }
        }
        """;

    [Theory]
    // What it calls charges somebody, in a transaction of its own: to run that again would charge twice.
    [InlineData("await store.ChargeAsync(stoppingToken); // fix: PGTX203")]
    // A request of which nobody knows what it does, and a member that nobody in sight implements.
    [InlineData("await store.SendAsync(stoppingToken); // fix: PGTX203")]
    [InlineData("await store.TellAsync(stoppingToken); // fix: PGTX203")]
    // A loop that ends with the program.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        while (!stoppingToken.IsCancellationRequested)\n        {\n            await connection.ExecuteAsync(\"DELETE FROM carts\");\n        }")]
    // The connection is somebody else's: once it is lost, nothing here opens it again.
    [InlineData("await using var command = new NpgsqlCommand(\"DELETE FROM carts\", held);\n        await command.ExecuteNonQueryAsync(stoppingToken); // fix: PGTX203")]
    // Totals that the unit counts twice.
    [InlineData("var all = 0;\n        await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        all += await connection.ExecuteAsync(\"DELETE FROM carts\");\n        await connection.ExecuteAsync(\"UPDATE totals SET carts = @all\", new { all });")]
    // Queries and saves of EF Core: what is transient comes out of them as another exception, and the tracker keeps what the failed attempt has added.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"DELETE FROM carts\");\n        carts.Carts.Add(new Cart());\n        await carts.SaveChangesAsync(stoppingToken);")]
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"DELETE FROM carts\");\n        await store.KeepAsync(carts, stoppingToken);")]
    // A field that is counted up before the last command, and a delegate of somebody else's.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        Rounds++;\n        await connection.ExecuteAsync(\"DELETE FROM carts\");")]
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        for (var i = 0; i < 3; i++)\n        {\n            await connection.ExecuteAsync(\"DELETE FROM carts\");\n            Rounds += 1;\n        }")]
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        Done?.Invoke(await connection.ExecuteAsync(\"DELETE FROM carts\"));")]
    // Each attempt that fails would keep a connection of the pool.
    [InlineData("var connection = new NpgsqlConnection(\"Host=db\");\n        await connection.OpenAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"DELETE FROM carts\");\n        await connection.DisposeAsync();")]
    [InlineData("var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"DELETE FROM carts\");\n        await connection.CloseAsync();")]
    // After the lost reply to a commit it would count twice; here, in what it calls, in the text of a command.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"UPDATE carts SET seen = seen + 1\");")]
    [InlineData("await store.CountAsync(stoppingToken); // fix: PGTX203")]
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await using var command = new NpgsqlCommand(\"INSERT INTO hits (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = hits.n + 1\", connection);\n        await command.ExecuteNonQueryAsync(stoppingToken);")]
    // Statements that share a line, and a directive between them.
    [InlineData("await Task.Yield(); await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n        await connection.ExecuteAsync(\"DELETE FROM carts\");")]
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(stoppingToken); // fix: PGTX203\n#if !NEVER\n        await connection.ExecuteAsync(\"DELETE FROM carts\");\n#endif")]
    public async Task Nothing_is_offered_for_what_must_not_or_cannot_run_again(string statements)
    {
        var code = Worker($$"""
                protected override async Task ExecuteAsync(CancellationToken stoppingToken)
                {
                    {{statements}}
                }
            """);
        await code.Fix("PGTX203", Key).IsNotOffered();
        await code.WithReferences(NoPolly).Fix("PGTX203", Key).IsNotOffered();
    }

    [Fact]
    public async Task It_is_never_applied_to_many_at_once() => await Worker("""
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                await store.MarkAsync(1, stoppingToken); // expect: PGTX203
            }
        """).Fix("PGTX203", Key).HasNoFixAll();
}
