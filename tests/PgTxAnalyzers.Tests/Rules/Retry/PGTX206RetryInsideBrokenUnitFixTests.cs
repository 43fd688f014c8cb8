using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>What is repeated begins with the opening of its connection, and ends with its commit.</summary>
public sealed class PGTX206RetryInsideBrokenUnitFixTests
{
    private const string Key = "PGTX206.OpenInside";

    private static TestCode Code(string statements, string result = "Task") => RetryCode.Service($$"""
            public async {{result}} RunAsync(int id, CancellationToken ct)
            {
                await Task.Yield();
                {{statements.ReplaceLineEndings("\n").Replace("\n", "\n        ").Replace("\n        \n", "\n\n")}}
            }
        """);

    [Fact]
    public async Task An_expression_becomes_a_block_with_the_opening_before_it() => await Code("""
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        // By the number.
        await using var command = new NpgsqlCommand("INSERT INTO archive SELECT * FROM orders WHERE id = $1", connection);
        command.Parameters.AddWithValue(id);
        await pipeline.ExecuteAsync(async token => await command.ExecuteNonQueryAsync(token), ct); // expect: PGTX206
        """).Fix("PGTX206", Key).Becomes(Code("""
        await pipeline.ExecuteAsync(async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            // By the number.
            await using var command = new NpgsqlCommand("INSERT INTO archive SELECT * FROM orders WHERE id = $1", connection);
            command.Parameters.AddWithValue(id);
            await command.ExecuteNonQueryAsync(token);
        }, ct);
        """));

    [Fact]
    public async Task The_commit_goes_along() => await Code("""
        await using var connection = new NpgsqlConnection("Host=db");
        await connection.OpenAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await pipeline.ExecuteAsync(async token => await connection.ExecuteAsync("UPDATE coupons SET used = true", transaction: transaction), ct); // expect: PGTX206
        await transaction.CommitAsync(ct);
        Console.WriteLine(id);
        """).Fix("PGTX206", Key).Becomes(Code("""
        await pipeline.ExecuteAsync(async token =>
        {
            await using var connection = new NpgsqlConnection("Host=db");
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE coupons SET used = true", transaction: transaction);
            await transaction.CommitAsync(ct);
        }, ct);
        Console.WriteLine(id);
        """));

    [Fact]
    public async Task In_a_loop_before_success_leaves_it() => await Code("""
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.ExecuteAsync("INSERT INTO jobs DEFAULT VALUES", transaction: transaction); // expect: PGTX206
                break;
            }
            catch (NpgsqlException ex) when (ex.IsTransient && attempt < 3)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 * (1 << attempt)), ct);
            }
        }

        // All or nothing.
        await transaction.CommitAsync(ct);
        """).Fix("PGTX206", Key).Becomes(Code("""
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("INSERT INTO jobs DEFAULT VALUES", transaction: transaction);
                // All or nothing.
                await transaction.CommitAsync(ct);
                break;
            }
            catch (NpgsqlException ex) when (ex.IsTransient && attempt < 3)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 * (1 << attempt)), ct);
            }
        }
        """));

    [Fact]
    public async Task A_result_is_returned_through_the_retry() => await Code("""
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        return await pipeline.ExecuteAsync(async token => await connection.ExecuteAsync("UPDATE coupons SET used = true"), ct); // expect: PGTX206
        """, "Task<int>").Fix("PGTX206", Key).Becomes(Code("""
        return await pipeline.ExecuteAsync(async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            return await connection.ExecuteAsync("UPDATE coupons SET used = true");
        }, ct);
        """, "Task<int>"));

    [Theory]
    // What comes between has nothing to do with the unit, and would be done twice.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nConsole.WriteLine(id);\nawait pipeline.ExecuteAsync(async token => await connection.ExecuteAsync(\"UPDATE coupons SET used = true\"), ct); // fix: PGTX206")]
    // The result is read by what would have to come along.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nvar n = await pipeline.ExecuteAsync(async token => await connection.ExecuteAsync(\"UPDATE coupons SET used = true\"), ct); // fix: PGTX206\nawait connection.ExecuteAsync(\"UPDATE totals SET n = @n\", new { n });")]
    // A charge would be made twice.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nawait pipeline.ExecuteAsync(async token => await connection.ExecuteAsync(\"UPDATE coupons SET used = true\"), ct); // fix: PGTX206\nawait http.PostAsync(\"/charges\", null, ct);\nawait connection.ExecuteAsync(\"UPDATE coupons SET paid = true\");")]
    // The retry would work from then on, and count twice after the lost reply to a commit.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nawait pipeline.ExecuteAsync(async token => await connection.ExecuteAsync(\"UPDATE coupons SET uses = uses + 1\"), ct); // fix: PGTX206")]
    // The connection is the delegate's state: moved inside it would not be there to be handed over.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nawait pipeline.ExecuteAsync(static async (s, token) => await s.ExecuteAsync(\"UPDATE coupons SET used = true\"), connection, ct); // fix: PGTX206")]
    // In a handler a savepoint may be meant.
    [InlineData("await using var connection = await dataSource.OpenConnectionAsync(ct);\nawait using var transaction = await connection.BeginTransactionAsync(ct);\ntry\n{\n    await connection.ExecuteAsync(\"INSERT INTO counters DEFAULT VALUES\");\n}\ncatch (PostgresException)\n{\n    await connection.ExecuteAsync(\"UPDATE counters SET n = n + 1\"); // fix: PGTX206\n}\n\nawait transaction.CommitAsync(ct);")]
    public async Task Nothing_is_offered_where_more_than_the_unit_would_run_again(string statements) => await Code(statements).Fix("PGTX206").IsNotOffered();
}
