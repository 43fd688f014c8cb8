using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A transaction that a helper began and returned is its caller's to commit.</summary>
public sealed class PGTX704HelperBeginsTests
{
    private const string Members = """
        private NpgsqlTransaction? kept;
        private async Task<NpgsqlTransaction> StartAsync(NpgsqlConnection conn) => await conn.BeginTransactionAsync();
        private async Task<NpgsqlTransaction> KeepAsync(NpgsqlConnection conn)
        {
            kept = await conn.BeginTransactionAsync();
            return kept;
        }
        private async Task<NpgsqlTransaction> PassAsync(NpgsqlConnection conn)
        {
            var tx = await StartAsync(conn);
            await conn.ExecuteAsync("UPDATE orders SET status = 'b'");
            if (conn.Database.Length > 3)
                await tx.CommitAsync();
            return tx;
        }
        """;

    [Fact]
    public async Task A_path_that_does_not_commit_is_found() => await TestCode.Method("""
        await using var tx = await StartAsync(conn);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        if (url.Length > 3)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    [Theory]
    [InlineData("await tx.DisposeAsync();\n    return;")]
    [InlineData("return;")]
    public async Task The_return_is_where_it_stands_however_the_transaction_is_disposed(string leave) => await TestCode.Method($$"""
        var tx = await StartAsync(conn);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        if (url.Length > 3)
        {
            {{leave}} // expect: PGTX704
        }
        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    [Fact]
    public async Task What_was_kept_as_well_can_be_ended_by_somebody_else() => await TestCode.Method("""
        var tx = await KeepAsync(conn);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        if (url.Length > 3)
            return;
        await tx.CommitAsync(ct);
        """, Members).IsQuiet();

    [Fact]
    public async Task In_a_loop_the_call_begins_anew() => await TestCode.Method("""
        while (url.Length > 3)
        {
            await Task.Delay(100, ct);
            await using var tx = await StartAsync(conn);
            await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        }
        """, Members).IsQuiet();

    [Fact]
    public async Task A_change_in_another_file_is_named_with_its_file()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await StartAsync(conn);
            await Orders.TouchAsync(conn);
            if (url.Length > 3)
                return; // expect: PGTX704
            await tx.CommitAsync(ct);
            """, Members).WithFile("Orders.cs", """
            using Dapper;
            using Npgsql;
            public static class Orders
            {
                public static Task TouchAsync(NpgsqlConnection conn) => conn.ExecuteAsync("UPDATE orders SET status = 'a'");
            }
            """).HasMarkedFindings());
        Assert.Contains("UPDATE orders (line 5 of Orders.cs)", finding.GetMessage());
    }

    /// <summary>Where a transaction is around already, it is not begun, and whose it is commits it.</summary>
    /// <param name="commit">Under which condition the method commits.</param>
    /// <param name="leave">How it ends.</param>
    [Theory]
    [InlineData("if (given == null) await tx.CommitAsync();", "return;")]
    [InlineData("if (given is null) await tx.CommitAsync();", "return;")]
    [InlineData("if (given is not null) return; await tx.CommitAsync();", "return;")]
    [InlineData("if (conn.Database.Length > 3) await tx.CommitAsync();", "return; // expect: PGTX704")]
    public Task One_of_its_own_or_the_one_that_is_around(string commit, string leave) => TestCode.Method($$"""
        var given = Ambient();
        var tx = given ?? await conn.BeginTransactionAsync();
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: tx);
        {{commit}}
        {{leave}}
        """, "private NpgsqlTransaction? ambient; private NpgsqlTransaction? Ambient() => ambient;").Counting("PGTX704").HasMarkedFindings();
}
