using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A failure in a transaction that a handler swallows, and the transaction goes on.</summary>
public sealed class PGTX705SwallowedErrorTests
{
    private static TestCode Body(string tried, string handler, string inHandler, string behind, string last = "") => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'", transaction: tx);
        try
        {
            {{tried}}
        }
        {{handler}}
        {
            {{inHandler}}
        }
        {{last}}

        {{behind}}
        """, "private static Task Insert(NpgsqlConnection to) => to.ExecuteAsync(\"INSERT INTO log VALUES (1)\");").Counting("PGTX705");

    private const string Insert = "await conn.ExecuteAsync(\"INSERT INTO log VALUES (1)\", transaction: tx);";
    private const string Commit = "await tx.CommitAsync(ct);";
    private const string Finally = "finally { await conn.ExecuteAsync(\"SELECT pg_advisory_unlock(1)\"); }";

    [Theory]
    [InlineData(Insert, "catch (PostgresException)", Commit)]
    [InlineData(Insert, "catch", Commit)]
    [InlineData(Insert, "catch (Exception e) when (e is DbException)", Insert)]
    [InlineData("await Insert(conn);", "catch (NpgsqlException)", "await Insert(conn);")]
    [InlineData("await using var reader = await new NpgsqlCommand(\"SELECT 1\", conn, tx).ExecuteReaderAsync(ct);", "catch (DbException)", Commit)]
    public Task The_handler_is_found(string tried, string handler, string behind) => Body(tried, handler + " // expect: PGTX705", "Console.Error.WriteLine();", behind).HasMarkedFindings();

    [Theory]
    [InlineData(Insert, "catch (PostgresException)", "throw;", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "return;", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "await tx.RollbackAsync(ct); return;", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "await tx.RollbackAsync(\"s\", ct);", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "await conn.ExecuteAsync(\"ROLLBACK TO SAVEPOINT s\");", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "", "await source.CreateCommand(\"SELECT 1\").ExecuteNonQueryAsync(ct);")]
    [InlineData(Insert, "catch (FormatException)", "", Commit)]
    [InlineData("int.Parse(url);", "catch (Exception)", "", Commit)]
    [InlineData("await http.GetStringAsync(url, ct);", "catch (Exception)", "", Commit)]
    [InlineData(Insert, "catch (PostgresException)", "", "await tx.RollbackAsync(ct);")]
    public Task What_ends_or_mends_the_transaction_is_quiet(string tried, string handler, string inHandler, string behind) => Body(tried, handler, inHandler, behind).IsQuiet();

    /// <summary>What a finally sends after a handler that lets something out, meets the aborted transaction only where the handler has failed itself: nothing is swallowed there.</summary>
    [Theory]
    [InlineData("throw;")]
    [InlineData("Console.Error.WriteLine(url); throw;")]
    [InlineData("throw new InvalidOperationException(url);")]
    [InlineData("Console.Error.WriteLine(url); await tx.RollbackAsync(ct); throw;")]
    [InlineData("Console.Error.WriteLine(url); await tx.RollbackAsync(ct);")]
    public Task A_finally_behind_a_handler_that_fails_is_quiet(string inHandler) => Body(Insert + Commit, "catch (Exception)", inHandler, "", Finally).IsQuiet();

    [Fact]
    public Task A_finally_behind_a_handler_that_swallows_is_not() => Body(Insert + Commit, "catch (Exception) // expect: PGTX705", "Console.Error.WriteLine(url);", "", Finally).HasMarkedFindings();

    [Fact]
    public Task A_second_handler_further_out_is_the_one_that_swallows() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            try
            {
                await conn.ExecuteAsync("INSERT INTO log VALUES (1)", transaction: tx);
            }
            catch (PostgresException)
            {
                throw;
            }
        }
        catch (Exception) // expect: PGTX705
        {
        }

        await tx.CommitAsync(ct);
        """).Counting("PGTX705").HasMarkedFindings();

    [Fact]
    public Task EF_sets_a_savepoint_of_its_own_for_SaveChanges_alone() => TestCode.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (Exception)
        {
        }

        try
        {
            await db.Orders.ExecuteDeleteAsync(ct);
        }
        catch (Exception) // expect: PGTX705
        {
        }

        await tx.CommitAsync(ct);
        """).Counting("PGTX705").HasMarkedFindings();

    [Fact]
    public Task A_command_in_the_handler_is_206_s() => Body(Insert, "catch (PostgresException)", Insert, Commit).IsQuiet();

    [Fact]
    public async Task The_message_says_what_the_server_does()
    {
        var commit = Assert.Single(await Body(Insert, "catch (PostgresException) // expect: PGTX705", "", Commit).HasMarkedFindings());
        var command = Assert.Single(await Body(Insert, "catch (PostgresException) // expect: PGTX705", "", Insert + Commit).HasMarkedFindings());

        Assert.Matches(@"^The commit at line \d+ silently rolls everything back: this handler swallows a failure that has aborted the transaction begun at line \d+$", commit.GetMessage());
        Assert.Matches(@"^The command at line \d+ is refused with 25P02: this handler swallows", command.GetMessage());
        Assert.Equal("catch", commit.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync(ct)", "tx.CommitAsync(ct)"], commit.AdditionalLocations.Select(l => l.Text()));
        Assert.Equal(DiagnosticSeverity.Warning, commit.Severity);
    }

    private static TestCode Helper(string tried, string inHandler, string behind, string mark, string before = "") => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        {{before}}
        try
        {
            {{tried}}
        }
        catch (NpgsqlException){{mark}}
        {
            {{inHandler}}
        }

        {{behind}}
        """, """
        private static Task FinishAsync(NpgsqlTransaction transaction) => LastAsync(transaction);

        private static async Task LastAsync(NpgsqlTransaction transaction) => await transaction.CommitAsync();

        private static async Task FinishAsync(NpgsqlTransaction transaction, bool isWell)
        {
            if (isWell)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
        }

        private static async Task AfterAsync(NpgsqlConnection to, NpgsqlTransaction own, Func<Task> work)
        {
            await to.ExecuteAsync("INSERT INTO log VALUES (1)", transaction: own);
            await work();
        }

        private static Task GiveUpAsync(NpgsqlTransaction transaction) => transaction.RollbackAsync();

        private static async Task FinishInTextAsync(NpgsqlConnection to) => await to.ExecuteAsync("COMMIT");

        public sealed class Unit(NpgsqlConnection connection, NpgsqlTransaction transaction) : IDisposable
        {
            private bool failed;

            public Task WriteAsync() => connection.ExecuteAsync("INSERT INTO log VALUES (1)", transaction: transaction);

            public void Fail() => failed = true;

            public Task CompleteAsync() => transaction.CommitAsync();

            public async Task EndAsync()
            {
                if (failed)
                    await transaction.RollbackAsync();
                else
                    await transaction.CommitAsync();
            }

            public void Dispose() => transaction.Dispose();
        }
        """).Counting("PGTX705");

    [Theory]
    [InlineData("", Insert, "", "await FinishAsync(tx);")]
    [InlineData("", Insert, "", "await LastAsync(tx);")]
    [InlineData("", Insert, "", "await FinishAsync(tx, true);")]
    [InlineData("", Insert, "", "await FinishInTextAsync(conn);")]
    [InlineData("", Insert, "", "await AfterAsync(conn, tx, () => FinishAsync(tx));")]
    [InlineData("using var unit = new Unit(conn, tx);", "await unit.WriteAsync();", "", "await unit.CompleteAsync();")]
    public Task A_commit_in_a_called_method_is_one(string before, string tried, string inHandler, string behind) => Helper(tried, inHandler, behind, " // expect: PGTX705\n", before).HasMarkedFindings();

    [Theory]
    [InlineData("", Insert, "", "await GiveUpAsync(tx);")]
    [InlineData("", Insert, "", "await FinishAsync(tx, false);")]
    [InlineData("", Insert, "await GiveUpAsync(tx); return;", "await FinishAsync(tx);")]
    [InlineData("", Insert, "await tx.RollbackAsync(\"s\", ct);", "await FinishAsync(tx);")]
    [InlineData("", Insert, "throw;", "await FinishAsync(tx);")]
    [InlineData("var ok = true;", Insert, "ok = false;", "await FinishAsync(tx, ok);")]
    [InlineData("var ok = false;", Insert + "ok = true;", "", "await FinishAsync(tx, ok);")]
    [InlineData("using var unit = new Unit(conn, tx);", "await unit.WriteAsync();", "unit.Fail();", "await unit.EndAsync();")]
    public Task A_called_method_that_does_not_commit_what_failed_is_quiet(string before, string tried, string inHandler, string behind) => Helper(tried, inHandler, behind, "", before).IsQuiet();

    [Fact]
    public async Task The_message_names_the_call_that_commits()
    {
        var finding = Assert.Single(await Helper(Insert, "", "await FinishAsync(tx);", " // expect: PGTX705\n").HasMarkedFindings());

        Assert.Matches(@"^The commit at line \d+ silently rolls everything back: this handler swallows a failure", finding.GetMessage());
        Assert.Equal(["conn.BeginTransactionAsync(ct)", "FinishAsync(tx)"], finding.AdditionalLocations.Select(l => l.Text()));
    }
}
