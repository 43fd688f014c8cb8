using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>What commits by itself in front of the transaction or behind it is not run again with it.</summary>
public sealed class PGTX202WorkAroundTheUnitFixTests
{
    private const string Key = "PGTX202.WrapInStrategy";
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";
    private const string Begin = "await using var tx = await db.Database.BeginTransactionAsync(ct); // fix: PGTX202";

    private static TestCode Code(string members) => RetryCode.Service(members + """

            private async Task NoteAsync(string? what, CancellationToken ct)
            {
                db.Orders.Add(new Order { State = what });
                await db.SaveChangesAsync(ct);
            }
        """, Retries);

    [Fact]
    public async Task The_unit_ends_at_its_commit_and_hands_out_what_is_named_behind_it() => await Code("""
            public async Task<bool> PayAsync(int id, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                order.State = "paid";
                await db.SaveChangesAsync(ct);
                await tx.CommitAsync(ct);

                await NoteAsync(order.State, ct);
                return true;
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<bool> PayAsync(int id, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                var order = await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                    order.State = "paid";
                    await db.SaveChangesAsync(ct);
                    await tx.CommitAsync(ct);
                    return order;
                }, ct);

                await NoteAsync(order.State, ct);
                return true;
            }
        """));

    [Fact]
    public async Task A_block_ends_its_transaction() => await Code("""
            public async Task<int> DropAsync(int id, CancellationToken ct)
            {
                await using (var tx = await db.Database.BeginTransactionAsync(ct)) // expect: PGTX202
                {
                    await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct);
                    await tx.CommitAsync(ct);
                }

                return await db.Orders.CountAsync(ct);
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<int> DropAsync(int id, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using (var tx = await db.Database.BeginTransactionAsync(ct))
                    {
                        await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct);
                        await tx.CommitAsync(ct);
                    }
                }, ct);

                return await db.Orders.CountAsync(ct);
            }
        """));

    [Fact]
    public async Task Several_results() => await Code("""
            public async Task<int> CloseAsync(int id, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                var first = await db.Orders.FirstAsync(o => o.Id == id, ct);
                var deleted = await db.Orders.Where(o => o.Id < id).ExecuteDeleteAsync(ct);
                await tx.CommitAsync(ct);
                await NoteAsync(first.State, ct);
                return deleted;
            }
        """).Fix("PGTX202", Key).Becomes(Code("""
            public async Task<int> CloseAsync(int id, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                var (first, deleted) = await strategy.ExecuteAsync(async ct =>
                {
                    db.ChangeTracker.Clear();
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    var first = await db.Orders.FirstAsync(o => o.Id == id, ct);
                    var deleted = await db.Orders.Where(o => o.Id < id).ExecuteDeleteAsync(ct);
                    await tx.CommitAsync(ct);
                    return (first, deleted);
                }, ct);
                await NoteAsync(first.State, ct);
                return deleted;
            }
        """));

    /// <summary>A return in front of the commit, and work in the block of the commit, cannot stand outside.</summary>
    [Theory]
    [InlineData("if (id == 0) { return; }", "await tx.CommitAsync(ct);", "await NoteAsync(null, ct);")]
    [InlineData("", "try { await tx.CommitAsync(ct); await NoteAsync(null, ct); } catch { await tx.RollbackAsync(ct); throw; }", "")]
    [InlineData("", "try { await tx.CommitAsync(ct); } finally { await NoteAsync(null, ct); }", "")]
    [InlineData("if (id == 0) { await tx.CommitAsync(ct); }", "await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct); await tx.CommitAsync(ct);", "")]
    public async Task Work_behind_the_commit_that_cannot_stand_outside(string before, string commit, string behind) => await Code($$"""
            public async Task CloseAsync(int id, CancellationToken ct)
            {
                {{Begin}}
                {{before}}
                await db.Orders.Where(o => o.Id < 0).ExecuteDeleteAsync(ct);
                {{commit}}
                {{behind}}
            }
        """).Fix("PGTX202", Key).IsNotOffered();

    /// <summary>What only computes behind the commit stays in the unit, and so does a commit of its own on an early way out.</summary>
    [Theory]
    [InlineData("", "Console.WriteLine(id);")]
    [InlineData("if (await db.Orders.AnyAsync(o => o.Id == id, ct))\n{\nawait tx.CommitAsync(ct);\nreturn;\n}\n", "")]
    public async Task The_rest_of_the_method_stays_in_the_unit(string before, string behind) => Assert.Single(await Code($$"""
            public async Task CloseAsync(int id, CancellationToken ct)
            {
                {{Begin}}
                {{before}}
                await db.Orders.Where(o => o.Id < 0).ExecuteDeleteAsync(ct);
                await tx.CommitAsync(ct);
                {{behind}}
            }
        """).Fix("PGTX202", Key).Offers());

    /// <summary>The loading goes into the unit, and what stands between it and the begin with it.</summary>
    [Theory]
    [InlineData("await NoteAsync(order.State, ct);", false)]
    [InlineData("await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);", false)]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"UPDATE orders SET count = 0\", ct);", false)]
    [InlineData("if (await db.Orders.AnyAsync(o => o.Count == order.Count, ct))\n{\nthrow new InvalidOperationException();\n}\n", true)]
    [InlineData("Console.WriteLine(order.State);", true)]
    public async Task What_is_written_between_the_loading_and_the_begin(string between, bool isOffered) => Assert.Equal(isOffered ? 1 : 0, (await Code($$"""
            public async Task PayAsync(int id, CancellationToken ct)
            {
                var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                {{between}}
                {{Begin}}
                order.State = "paid";
                await db.SaveChangesAsync(ct);
                await db.Orders.Where(o => o.Count < 0).ExecuteDeleteAsync(ct);
                await tx.CommitAsync(ct);
            }
        """).Fix("PGTX202", Key).Offers()).Count);
}
