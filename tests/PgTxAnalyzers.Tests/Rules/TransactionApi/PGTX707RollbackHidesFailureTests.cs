using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A rollback in a handler that throws again.</summary>
public sealed class PGTX707RollbackHidesFailureTests
{
    private static TestCode Body(string handler, string inHandler) => TestCode.Method($$"""
        var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'", transaction: tx);
            await tx.CommitAsync(ct);
        }
        {{handler}}
        {
            {{inHandler}}
        }
        """, """
        private static async Task Undo(NpgsqlTransaction tx) => await tx.RollbackAsync();

        private static async Task UndoQuietly(NpgsqlTransaction tx)
        {
            try
            {
                await tx.RollbackAsync();
            }
            catch (Exception)
            {
            }
        }
        """).Counting("PGTX707");

    [Theory]
    [InlineData("catch", "await tx.RollbackAsync(); throw;")]
    [InlineData("catch (Exception e)", "Console.Error.WriteLine(e); tx.Rollback(); throw;")]
    [InlineData("catch (NpgsqlException)", "await tx.RollbackAsync(ct); throw;")]
    [InlineData("catch (PostgresException e) when (e.SqlState is \"57P01\" or \"40001\")", "await tx.RollbackAsync(ct); throw;")]
    [InlineData("catch (Exception e)", "await tx.RollbackAsync(ct); throw new InvalidOperationException(\"failed\", e);")]
    [InlineData("catch", "await Undo(tx); throw;")]
    [InlineData("catch", "tx?.RollbackAsync().GetAwaiter().GetResult(); throw;")]
    public Task The_handler_is_found(string handler, string inHandler) => Body(handler + " // expect: PGTX707", inHandler).HasMarkedFindings();

    [Theory]
    [InlineData("catch", "await tx.RollbackAsync();")]
    [InlineData("catch", "throw;")]
    [InlineData("catch", "try { await tx.RollbackAsync(); } catch (Exception) { } throw;")]
    [InlineData("catch", "await UndoQuietly(tx); throw;")]
    [InlineData("catch", "await tx.RollbackAsync(\"s\"); throw;")]
    [InlineData("catch (FormatException)", "await tx.RollbackAsync(); throw;")]
    [InlineData("catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)", "await tx.RollbackAsync(); throw;")]
    [InlineData("catch", "if (conn.State == System.Data.ConnectionState.Open) { await tx.RollbackAsync(); } throw;")]
    [InlineData("catch", "await tx.DisposeAsync(); throw;")]
    [InlineData("catch", "await conn.ExecuteAsync(\"ROLLBACK\"); throw;")]
    [InlineData("catch (Exception e)", "await tx.RollbackAsync(ct); throw new InvalidOperationException(\"failed: \" + e.Message);")]
    [InlineData("catch", "await tx.RollbackAsync(ct); throw new InvalidOperationException();")]
    [InlineData("catch", "tx.RollbackAsync(); throw;")]
    [InlineData("catch", "tx?.RollbackAsync(); throw;")]
    [InlineData("catch", "_ = tx.RollbackAsync(); throw;")]
    [InlineData("catch", "Undo(tx); throw;")]
    public Task Where_the_failure_stays_the_one_that_is_thrown_it_is_quiet(string handler, string inHandler) => Body(handler, inHandler).IsQuiet();

    /// <summary>What a filter asks by a method that is one expression it asks itself; another method may ask anything.</summary>
    [Theory]
    [InlineData("e.IsConflict()", "ex.SqlState == \"P0001\" && ex.MessageText == \"Conflict\"", false)]
    [InlineData("e.IsConflict()", "ex.MessageText.Equals(\"Conflict\")", false)]
    [InlineData("Answers.IsConflict(e)", "ex is { SqlState: \"23505\" or \"23503\" }", false)]
    [InlineData("e.IsConflict() && e.TableName == \"orders\"", "ex.SqlState.StartsWith(\"23\")", false)]
    [InlineData("e.IsConflict()", "ex.IsOther()", false)]
    [InlineData("e.MessageText == \"Conflict\"", "true", false)]
    [InlineData("e.IsCounted()", "true", false)]
    [InlineData("e.IsConflict()", "ex.IsCounted()", false)]
    [InlineData("!e.IsConflict()", "ex.SqlState == \"P0001\"", true)]
    [InlineData("e.IsConflict()", "ex.SqlState != \"P0001\"", true)]
    [InlineData("e.IsConflict()", "ex.SqlState is \"40001\" or \"57P01\"", true)]
    [InlineData("e.IsConflict()", "ex.IsTransient", true)]
    [InlineData("e.IsConflict()", "ex.SqlState == \"23505\" || ex.IsTransient", true)]
    [InlineData("e.IsConflict()", "ex.SqlState.StartsWith(\"08\")", true)]
    [InlineData("e.IsConflict()", "ex.MessageText == \"terminating connection due to administrator command\"", true)]
    [InlineData("e.IsConflict() || e.IsTransient", "ex.SqlState == \"23505\"", true)]
    public Task A_filter_may_ask_by_a_method(string filter, string asked, bool found)
    {
        var code = Body($"catch (PostgresException e) when ({filter})" + (found ? " // expect: PGTX707" : ""), "await tx.RollbackAsync(); throw;");
        return (code with
        {
            Sources = code.Sources.Add(("Answers.cs", $$"""
                using Npgsql;

                internal static class Answers
                {
                    private static int count;

                    public static bool IsConflict(this PostgresException ex) => {{asked}};

                    public static bool IsOther(this PostgresException ex)
                    {
                        return ex.SqlState == "23505";
                    }

                    public static bool IsCounted(this PostgresException ex)
                    {
                        count++;
                        return ex.SqlState == "23505";
                    }
                }
                """)),
        }).HasMarkedFindings();
    }

    [Fact]
    public async Task The_message_names_the_rollback()
    {
        var direct = Assert.Single(await Body("catch // expect: PGTX707", "await tx.RollbackAsync(); throw;").HasMarkedFindings());
        var below = Assert.Single(await Body("catch // expect: PGTX707", "await Undo(tx); throw;").HasMarkedFindings());

        Assert.Matches(
            @"^When the connection is lost the caller sees ObjectDisposedException instead of 57P01, and no retry recognises it: the rollback at line \d+ throws before the handler throws again$", direct.GetMessage());
        Assert.Contains("(in Service.Undo)", below.GetMessage());
        Assert.Equal("catch", direct.Location.Text());
        Assert.Equal("tx.RollbackAsync()", Assert.Single(direct.AdditionalLocations).Text());
        Assert.Equal(DiagnosticSeverity.Info, direct.Severity);
    }
}
