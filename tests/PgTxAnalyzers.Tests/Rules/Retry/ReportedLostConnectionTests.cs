
namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>
/// Shapes of public reports about lost connections and conflicts that nobody retried, each as it was and as it should be. The numbers are those of the threads:
/// npgsql/npgsql, npgsql/efcore.pg, and the projects named.
/// </summary>
public sealed class ReportedLostConnectionTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    /// <summary>npgsql 2896, 1675: the primary is restarted, and the first statement on each pooled connection ends with 57P01.</summary>
    [Fact]
    public async Task The_first_statement_after_a_restart()
    {
        const string Worker = """
            public sealed class Worker(NpgsqlDataSource source, ResiliencePipeline retry) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    while (!ct.IsCancellationRequested)
                    {
                        BODY
                        await Task.Delay(1000, ct);
                    }
                }

                private async Task PollAsync(CancellationToken ct)
                {
                    await using var connection = await source.OpenConnectionAsync(ct);
                    await connection.ExecuteAsync("DELETE FROM carts WHERE expired");
                }
            }
            """;
        await RetryCode.Service("", types: Worker.Replace("BODY", "await PollAsync(ct); // expect: PGTX203")).Counting("PGTX203").HasMarkedFindings();
        await RetryCode.Service("", types: Worker.Replace("BODY", "await retry.ExecuteAsync(async token => await PollAsync(token), ct);")).Counting("PGTX203").IsQuiet();
    }

    /// <summary>npgsql 1720, efcore.pg 155: what is to be caught? Rather nothing, but a strategy that retries.</summary>
    [Fact]
    public async Task A_strategy_instead_of_handlers_everywhere()
    {
        await RetryCode.Setup("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString)); // expect: PGTX201").Counting("PGTX201").HasMarkedFindings();
        await RetryCode.Setup("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure()));").Counting("PGTX201").IsQuiet();
    }

    /// <summary>A hosted service whose transaction meets the 57P01 reports ObjectDisposedException of its NpgsqlTransaction.</summary>
    [Fact]
    public async Task A_rollback_that_hides_the_restart()
    {
        const string Body = """
                public async Task RunAsync(CancellationToken ct)
                {
                    await using var connection = await dataSource.OpenConnectionAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    try
                    {
                        await connection.ExecuteAsync("UPDATE videos SET processed = true", transaction: transaction);
                        await transaction.CommitAsync(ct);
                    }
                    HANDLER
                }
            """;
        await RetryCode.Service(Body.Replace("HANDLER", "catch { await transaction.RollbackAsync(ct); throw; } // expect: PGTX707")).Counting("PGTX707").HasMarkedFindings();
        await RetryCode.Service(Body.Replace("HANDLER", "catch (Exception e) { Console.Error.WriteLine(e); throw; }")).Counting("PGTX707").IsQuiet();
    }

    /// <summary>FreeSql 2049: an idle session ends with 57P05, and only 57P01 is handled. efcore.pg 3326: the pool of a dropped database.</summary>
    [Theory]
    [InlineData("catch (PostgresException e) when (e.SqlState == \"57P01\") { NpgsqlConnection.ClearAllPools(); return false; } // expect: PGTX205")]
    [InlineData("catch (NpgsqlException e) when (e.IsTransient) { return false; }")]
    public Task One_name_of_many(string handler) => RetryCode.Handler(handler).Counting("PGTX205").HasMarkedFindings();

    /// <summary>efcore.pg 1306: after a failover the pool goes on with the demoted node, and writes end with 25006.</summary>
    [Theory]
    [InlineData("NpgsqlDataSource.Create(\"Host=a.internal,b.internal;Database=shop\") // expect: PGTX211")]
    [InlineData("NpgsqlDataSource.Create(\"Host=a.internal,b.internal;Database=shop;Target Session Attributes=read-write\")")]
    public Task The_demoted_node(string source) => RetryCode.Service($"public static readonly NpgsqlDataSource Source = {source}\n;").Counting("PGTX211").HasMarkedFindings();

    /// <summary>bitwarden 8253: a serializable read without a retry becomes an error page; repaired by a fresh scope, context and transaction for each attempt.</summary>
    [Fact]
    public async Task A_serializable_predicate_read()
    {
        const string Unit = """
                public async Task RunAsync(CancellationToken ct)
                {
                    await using var unit = await contexts.CreateDbContextAsync(ct);
                    await using var transaction = await unit.Database.BeginTransactionAsync(IsolationLevel.Serializable, ct);MARK
                    if (!await unit.Orders.AnyAsync(o => o.State == "open", ct))
                    {
                        unit.Orders.Add(new Order { Id = 1, State = "open" });
                        await unit.SaveChangesAsync(ct);
                    }

                    await transaction.CommitAsync(ct);
                }
            """;
        const string Retried = """

                public async Task RetryAsync(CancellationToken ct)
                {
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            await RunAsync(ct);
                            return;
                        }
                        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected && attempt < 4)
                        {
                            await Task.Delay(50 * attempt, ct);
                        }
                    }
                }
            """;
        await RetryCode.Service(Unit.Replace("MARK", " // expect: PGTX204")).Counting("PGTX204").HasMarkedFindings();
        await RetryCode.Service(Unit.Replace("MARK", "") + Retried).Counting("PGTX204").IsQuiet();
    }

    /// <summary>dialogporten 1763, MassTransit 5001, Hangfire.PostgreSql 139: a queue's query at repeatable read.</summary>
    [Theory]
    [InlineData("IsolationLevel.RepeatableRead", " // expect: PGTX204")]
    [InlineData("IsolationLevel.ReadCommitted", "")]
    public Task A_queue_s_query(string level, string mark) => RetryCode.Service($$"""
            public async Task<int> TakeAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync({{level}}, ct);{{mark}}
                var taken = await connection.ExecuteAsync("DELETE FROM queue WHERE id = (SELECT id FROM queue LIMIT 1 FOR UPDATE SKIP LOCKED)", transaction: transaction);
                await transaction.CommitAsync(ct);
                return taken;
            }
        """).Counting("PGTX204").HasMarkedFindings();

    /// <summary>Quartz.NET 1786: the INSERT is retried inside the aborted transaction, 25P02 for ever. EF Extensions 596 does the same.</summary>
    [Fact]
    public async Task The_statement_instead_of_the_unit()
    {
        const string Bad = """
                public async Task AddAsync(CancellationToken ct)
                {
                    await using var connection = await dataSource.OpenConnectionAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            await connection.ExecuteAsync("INSERT INTO triggers VALUES (1)", transaction: transaction); // expect: PGTX206
                            break;
                        }
                        catch (PostgresException) when (attempt < 3)
                        {
                            await Task.Delay(50, ct);
                        }
                    }

                    await transaction.CommitAsync(ct);
                }
            """;
        const string Good = """
                public async Task AddAsync(CancellationToken ct)
                {
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            await using var connection = await dataSource.OpenConnectionAsync(ct);
                            await using var transaction = await connection.BeginTransactionAsync(ct);
                            await connection.ExecuteAsync("INSERT INTO triggers VALUES (1)", transaction: transaction);
                            await transaction.CommitAsync(ct);
                            break;
                        }
                        catch (NpgsqlException e) when (e.IsTransient && attempt < 3)
                        {
                            await Task.Delay(50, ct);
                        }
                    }
                }
            """;
        await RetryCode.Service(Bad).Counting("PGTX206", "PGTX705").HasMarkedFindings();
        await RetryCode.Service(Good).Counting("PGTX206", "PGTX705").IsQuiet();
    }

    /// <summary>npgsql 4621: Polly repeats the command on the connection that was lost.</summary>
    [Theory]
    [InlineData("await using var c = await dataSource.OpenConnectionAsync(ct); await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"SELECT 1\"), ct); // expect: PGTX206")]
    [InlineData("await pipeline.ExecuteAsync(async t => { await using var c = await dataSource.OpenConnectionAsync(t); await c.ExecuteAsync(\"SELECT 1\"); }, ct);")]
    public Task A_policy_around_the_command(string body) =>
        RetryCode.Service($"public async Task RunAsync(CancellationToken ct) {{ {body}\n }}").Counting("PGTX206").HasMarkedFindings();

    /// <summary>efcore.pg 1734: <c>Count -= 1</c> on a tracked entity is replayed: minus two, silently.</summary>
    [Theory]
    [InlineData("", " // expect: PGTX207")]
    [InlineData("db.ChangeTracker.Clear();", "")]
    public Task A_tracked_change_that_is_replayed(string first, string mark) => RetryCode.Service($$"""
            public Task TakeAsync(int id, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
            {
                {{first}}
                var order = await db.Orders.SingleAsync(o => o.Id == id, token);
                order.Count -= 1;
                await db.SaveChangesAsync(token);{{mark}}
            }, ct);
        """, Retries).Counting("PGTX207").HasMarkedFindings();

    /// <summary>npgsql 5073, efcore.pg 2767: retries are on, and 57P01 is none of them before 8.0. npgsql 4409: nor is 40P01 before 6.0.4.</summary>
    [Theory]
    [InlineData("7.0.10", true)]
    [InlineData("8.0.0", false)]
    public void Retries_are_on_and_still(string version, bool missing) =>
        Assert.Equal(missing, PgTxAnalyzers.Postgres.SqlStates.NotTransientIn(new Version(version)).Contains("57P01"));
}
