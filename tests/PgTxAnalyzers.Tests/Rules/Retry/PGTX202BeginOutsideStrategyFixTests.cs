using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The unit goes into the strategy as it is.</summary>
public sealed class PGTX202BeginOutsideStrategyFixTests
{
    private const string Key = "PGTX202.WrapInStrategy";
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    private static TestCode Code(string members) => RetryCode.Service(members, Retries);

    [Fact]
    public async Task A_result_is_returned_through_the_strategy()
    {
        var result = await Code("""
            public async Task<int> CloseAsync(int customer, CancellationToken ct)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(customer);

                // All or nothing.
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                var closed = await db.Orders.Where(o => o.Count == customer).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, "closed"), ct);
                if (closed == 0)
                {
                    return 0;
                }

                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                await transaction.CommitAsync(ct);
                return closed;
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<int> CloseAsync(int customer, CancellationToken ct)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(customer);

                var strategy = db.Database.CreateExecutionStrategy();
                return await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    // All or nothing.
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    var closed = await db.Orders.Where(o => o.Count == customer).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, "closed"), ct);
                    if (closed == 0)
                    {
                        return 0;
                    }

                    await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                    await transaction.CommitAsync(ct);
                    return closed;
                }, ct);
            }
        """));

        Assert.Equal("What the context tracks before this unit is forgotten, changes that were not saved included.", Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task Without_a_result_and_without_a_token() => await Code("""
            public async Task DropAsync(int id)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(); // expect: PGTX202
                var order = await db.Orders.SingleAsync(o => o.Id == id);
                order.State = "dropped";
                await db.SaveChangesAsync();
                await transaction.CommitAsync();
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task DropAsync(int id)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async () =>
                {
                    db.ChangeTracker.Clear();
                    await using var transaction = await db.Database.BeginTransactionAsync();
                    var order = await db.Orders.SingleAsync(o => o.Id == id);
                    order.State = "dropped";
                    await db.SaveChangesAsync();
                    await transaction.CommitAsync();
                });
            }
        """));

    [Fact]
    public async Task A_method_that_waits_for_nothing() => await Code("""
            public int Total()
            {
                using var transaction = db.Database.BeginTransaction(); // expect: PGTX202
                var total = db.Orders.Select(o => o.Count).First();
                transaction.Commit();
                return total;
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public int Total()
            {
                var strategy = db.Database.CreateExecutionStrategy();
                return strategy.Execute(() =>
                {
                    db.ChangeTracker.Clear();
                    using var transaction = db.Database.BeginTransaction();
                    var total = db.Orders.Select(o => o.Count).First();
                    transaction.Commit();
                    return total;
                });
            }
        """));

    [Fact]
    public async Task A_scope_is_wrapped_with_the_context_that_works_in_it() => await Code("""
            public async Task MoveAsync(CancellationToken ct)
            {
                using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted }, System.Transactions.TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX202
                await db.Orders.ExecuteDeleteAsync(ct);
                scope.Complete();
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task MoveAsync(CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted }, System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
                    await db.Orders.ExecuteDeleteAsync(ct);
                    scope.Complete();
                }, ct);
            }
        """));

    /// <summary>That the commit of an insert may be lost (PGTX210, hidden) is true of every unit in a strategy, and in nobody's way.</summary>
    [Fact]
    public async Task A_unit_that_inserts_is_wrapped() => await Code("""
            public async Task AddAsync(CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                db.Orders.Add(new Order());
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task AddAsync(CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    db.Orders.Add(new Order());
                    await db.SaveChangesAsync(ct);
                    await transaction.CommitAsync(ct);
                }, ct);
            }
        """));

    [Theory]
    [InlineData("public async Task RunAsync(CancellationToken ct) { if (ct.CanBeCanceled) { await using var tx = await db.Database.BeginTransactionAsync(ct); /*m*/ await db.Orders.ExecuteDeleteAsync(ct); await tx.CommitAsync(ct); return; } }")]
    [InlineData("public async Task RunAsync(CancellationToken ct) {\nawait using var tx = await db.Database.BeginTransactionAsync(ct); /*m*/\nawait db.Orders.ExecuteDeleteAsync(ct);\nawait http.PostAsync(\"/\", null, ct);\nawait tx.CommitAsync(ct);\n}")]
    [InlineData("public void Run(out int count) {\nusing var tx = db.Database.BeginTransaction(); /*m*/\ncount = db.Orders.ExecuteDelete();\ntx.Commit();\n}")]
    [InlineData("public async Task RunAsync(CancellationToken ct) {\n#if !NEVER\nawait using var tx = await db.Database.BeginTransactionAsync(ct); /*m*/\n#endif\nawait db.Orders.ExecuteDeleteAsync(ct);\nawait tx.CommitAsync(ct);\n}")]
    [InlineData("public async IAsyncEnumerable<int> RunAsync() {\nawait using var tx = await db.Database.BeginTransactionAsync(); /*m*/\nyield return await db.Orders.ExecuteDeleteAsync();\nawait tx.CommitAsync();\n}")]
    public async Task What_cannot_be_a_delegate_or_must_not_run_twice_is_not_wrapped(string member) =>
        await Code(member.Replace("/*m*/", "// fix: PGTX202\n")).Fix("PGTX202", Key).IsNotOffered();

    [Fact]
    public async Task What_is_loaded_before_the_begin_and_changed_behind_it_is_loaded_in_the_unit() => await Code("""
            public async Task<bool> PayAsync(int id, CancellationToken ct)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(id);

                var order = await db.Orders.SingleOrDefaultAsync(o => o.Id == id, ct).ConfigureAwait(false);
                if (order is null)
                {
                    return false;
                }

                await using var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false); // expect: PGTX202
                order.State = "paid";
                await db.SaveChangesAsync(ct).ConfigureAwait(false);
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                return true;
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<bool> PayAsync(int id, CancellationToken ct)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(id);

                var strategy = db.Database.CreateExecutionStrategy();
                return await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    var order = await db.Orders.SingleOrDefaultAsync(o => o.Id == id, ct).ConfigureAwait(false);
                    if (order is null)
                    {
                        return false;
                    }

                    await using var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                    order.State = "paid";
                    await db.SaveChangesAsync(ct).ConfigureAwait(false);
                    await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct).ConfigureAwait(false);
                    await transaction.CommitAsync(ct).ConfigureAwait(false);
                    return true;
                }, ct).ConfigureAwait(false);
            }
        """));

    [Fact]
    public async Task Results_of_several_types_are_named() => await Code("""
            public async Task<object?> CloseAsync(int id, CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                if (await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct) == 0)
                {
                    return "none";
                }

                await transaction.CommitAsync(ct);
                return new Order { Id = id };
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<object?> CloseAsync(int id, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                return await strategy.ExecuteAsync<object?>(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    if (await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct) == 0)
                    {
                        return "none";
                    }

                    await transaction.CommitAsync(ct);
                    return new Order { Id = id };
                }, ct);
            }
        """));

    [Fact]
    public async Task What_is_added_before_the_begin_is_added_in_the_unit() => await Code("""
            public async Task PayAsync(Order order, CancellationToken ct)
            {
                db.Orders.Add(order);
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                await db.SaveChangesAsync(ct);
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                await transaction.CommitAsync(ct);
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task PayAsync(Order order, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    db.Orders.Add(order);
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    await db.SaveChangesAsync(ct);
                    await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                    await transaction.CommitAsync(ct);
                }, ct);
            }
        """));

    [Fact]
    public async Task What_is_only_read_of_an_object_may_come_from_outside() => await Code("""
            public async Task PayAsync(Order order, CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                await db.Orders.Where(o => o.Id == order.Id).ExecuteDeleteAsync(ct);
                db.Orders.Update(order);
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task PayAsync(Order order, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    await db.Orders.Where(o => o.Id == order.Id).ExecuteDeleteAsync(ct);
                    db.Orders.Update(order);
                    await db.SaveChangesAsync(ct);
                    await transaction.CommitAsync(ct);
                }, ct);
            }
        """));

    /// <summary>The tracker is cleared: an object that came from the caller would not be saved any more, and nothing would say so.</summary>
    [Theory]
    [InlineData("Order order", "order.State = \"paid\";")]
    [InlineData("List<Order> orders", "foreach (var order in orders)\n{\norder.Count++;\n}\n")]
    [InlineData("Order[] orders", "orders[0].Count++;")]
    [InlineData("Order order", "Pay(order);")]
    [InlineData("int id", "current!.State = \"paid\";")]
    public async Task A_unit_that_changes_what_its_caller_has_loaded_is_not_wrapped(string parameter, string change) => await Code($$"""
            private Order? current;

            public async Task PayAsync({{parameter}}, CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct); // fix: PGTX202
                {{change}}
                await db.SaveChangesAsync(ct);
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                await transaction.CommitAsync(ct);
            }

            public void Remember(Order order) => current = order;

            private static void Pay(Order order) => order.State = "paid";
        """).Fix("PGTX202", Key).IsNotOffered();

    /// <summary>A context keeps the transaction of an attempt that failed with 40001, and refuses the begin of the next one: somebody has to end it.</summary>
    [Theory]
    [InlineData("await db.Database.BeginTransactionAsync(ct);", "await using var transaction = await db.Database.BeginTransactionAsync(ct);", "db.Database.CommitTransactionAsync(ct)")]
    [InlineData("await db.Database.BeginTransactionAsync(ct);", "await using var transaction = await db.Database.BeginTransactionAsync(ct);", "db.Database.CurrentTransaction!.CommitAsync(ct)")]
    [InlineData("db.Database.BeginTransaction();", "using var transaction = db.Database.BeginTransaction();", "db.Database.CommitTransactionAsync(ct)")]
    [InlineData("var tx = await db.Database.BeginTransactionAsync(ct);", "await using var tx = await db.Database.BeginTransactionAsync(ct);", "tx.CommitAsync(ct)")]
    public async Task A_transaction_that_nobody_disposes_of_is_disposed_of_with_its_attempt(string begin, string ended, string commit) => await Code($$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                {{begin}} // expect: PGTX202
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                await {{commit}};
            }
        """).Fix("PGTX202", Key).Becomes(Code($$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    {{ended}}
                    await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                    await {{commit}};
                }, ct);
            }
        """));

    [Theory]
    [InlineData("catch", "await db.Database.RollbackTransactionAsync(ct); throw;")]
    [InlineData("catch (Exception)", "await db.Database.RollbackTransactionAsync(ct); throw;")]
    [InlineData("finally", "await tx.DisposeAsync();")]
    public async Task What_a_handler_ends_already_stays_as_it_is(string handler, string end) => await Code($$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                try
                {
                    await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                    await tx.CommitAsync(ct);
                }
                {{handler}}
                {
                    {{end}}
                }
            }
        """).Fix("PGTX202", Key).Becomes(Code($$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    var tx = await db.Database.BeginTransactionAsync(ct);
                    try
                    {
                        await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                        await tx.CommitAsync(ct);
                    }
                    {{handler}}
                    {
                        {{end}}
                    }
                }, ct);
            }
        """));

    /// <summary>Where nothing says that the transaction is over with the unit, a <c>using</c> would end what its caller may commit.</summary>
    [Theory]
    [InlineData("await db.Database.BeginTransactionAsync(ct); // fix: PGTX202", "")]
    [InlineData("await db.Database.BeginTransactionAsync(ct); // fix: PGTX202", "if (commits) { await db.Database.CommitTransactionAsync(ct); }")]
    [InlineData("current = await db.Database.BeginTransactionAsync(ct); // fix: PGTX202", "await db.Database.CommitTransactionAsync(ct);")]
    [InlineData("await db.Database.BeginTransactionAsync(ct); // fix: PGTX202\n        try { await db.Orders.ExecuteDeleteAsync(ct); } catch (DbUpdateException) { await db.Database.RollbackTransactionAsync(ct); throw; }", "")]
    public async Task A_transaction_that_may_outlive_its_unit_is_not_wrapped(string begin, string commit) => await Code($$"""
            private IDbContextTransaction? current;

            public async Task CloseAsync(bool commits, CancellationToken ct)
            {
                {{begin}}
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                {{commit}}
            }

            public bool IsOpen => current is not null;
        """).Fix("PGTX202", Key).IsNotOffered();
}
