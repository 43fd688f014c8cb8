using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Handlers and switches that name one of several failures that look alike.</summary>
public sealed class PGTX205HandlerMissesSiblingsTests
{
    [Theory]
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"57P01\")")]
    [InlineData("catch (PostgresException ex) when (\"57P01\" == ex.SqlState)")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState.Equals(PostgresErrorCodes.AdminShutdown))")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"57P01\" or \"57P02\" or \"57P03\" or \"57P05\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"40001\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"40P01\" or \"23505\")")]
    [InlineData("catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.SerializationFailure })")]
    [InlineData("catch (Exception ex) when (ex is PostgresException { SqlState: \"57P01\" })")]
    [InlineData("catch (Exception ex) when (ex.InnerException is PostgresException { SqlState: \"25P03\" })")]
    [InlineData("catch (NpgsqlException ex) when (ex.SqlState!.StartsWith(\"08\"))")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"57P01\" or \"57P02\" or \"57P03\" or \"57P05\" or \"25P03\" or \"08006\")")]
    [InlineData("catch (PostgresException ex) when (ex.IsTransient)")]
    public Task A_partial_list_is_found(string handler) => RetryCode.Handler($$"""
        {{handler}} // expect: PGTX205
                {
                    return false;
                }
        """).Counting("PGTX205").HasMarkedFindings();

    [Theory]
    [InlineData("catch (NpgsqlException ex) when (ex.IsTransient)")]
    [InlineData("catch (NpgsqlException ex) when (ex.IsTransient || ex.SqlState == \"25P03\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"40001\" or \"40P01\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"23505\" or \"23503\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"53300\")")]
    [InlineData("catch (NpgsqlException ex) when (ex.SqlState is \"57P01\" or \"57P02\" or \"57P03\" or \"57P05\" or \"25P03\" or \"08006\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState != \"57P01\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is not \"40001\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"57P01\" || Environment.GetEnvironmentVariable(\"RETRY\") == ex.SqlState)")]
    [InlineData("catch (Exception ex) when (ex.Message.Contains(\"timeout\"))")]
    [InlineData("catch (PostgresException ex) when (ex.MessageText.Contains(\"duplicate key\"))")]
    [InlineData("catch (PostgresException)")]
    public Task A_complete_list_or_another_matter_is_quiet(string handler) => RetryCode.Handler($$"""
        {{handler}}
                {
                    return false;
                }
        """).Counting("PGTX205").IsQuiet();

    [Fact]
    public Task Handlers_of_one_try_complete_each_other() => RetryCode.Handler("""
        catch (PostgresException ex) when (ex.SqlState == "40001")
                {
                    return false;
                }
                catch (PostgresException ex) when (ex.SqlState == "40P01")
                {
                    return false;
                }
        """).Counting("PGTX205").IsQuiet();

    [Fact]
    public Task What_the_block_asks_counts_as_well() => RetryCode.Handler("""
        catch (PostgresException ex) // expect: PGTX205
                {
                    if (ex.SqlState == PostgresErrorCodes.DeadlockDetected)
                    {
                        return false;
                    }

                    throw;
                }
        """).Counting("PGTX205").HasMarkedFindings();

    [Fact]
    public Task A_socket_has_a_handler_of_its_own() => RetryCode.Handler("""
        catch (PostgresException ex) when (ex.IsTransient)
                {
                    return false;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
        """).Counting("PGTX205").IsQuiet();

    [Theory]
    [InlineData("catch (Exception ex) when (ex.Message.Contains(\"could not serialize access\"))")]
    [InlineData("catch (Exception ex) when (ex.Message.IndexOf(\"deadlock detected\", StringComparison.Ordinal) >= 0)")]
    [InlineData("catch (PostgresException ex) when (ex.MessageText.StartsWith(\"terminating connection\"))")]
    [InlineData("catch (NpgsqlException ex) when (ex.Message.StartsWith(\"57P01\"))")]
    public async Task A_test_of_the_message_is_a_warning(string handler)
    {
        var finding = Assert.Single(await RetryCode.Handler($$"""
            {{handler}} // expect: PGTX205
                    {
                        return false;
                    }
            """).Counting("PGTX205").HasMarkedFindings());

        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.Contains("tests the message's text instead of SqlState or IsTransient", finding.GetMessage());
        Assert.Equal("catch", finding.Location.Text());
    }

    [Fact]
    public async Task The_message_names_what_is_handled_and_what_is_not()
    {
        var finding = Assert.Single(await RetryCode.Handler("""
            catch (PostgresException ex) when (ex.SqlState is "57P01" or "40001") // expect: PGTX205
                    {
                        return false;
                    }
            """).Counting("PGTX205").HasMarkedFindings());

        Assert.Equal(
            "The same failure passes under another name: 40001 and 57P01 are handled, 57P02, 57P03, 57P05, 25P03, 08006 and 40P01 are not, nor is a broken socket, which has no SQLSTATE",
            finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }

    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure()));";
    private const string None = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));";

    private static TestCode AroundEf(string work, string handler, string registration) => RetryCode.Service($$"""
            public async Task<bool> RunAsync(CancellationToken ct)
            {
                try
                {
                    {{work}}
                    return true;
                }
                {{handler}}
                {
                    return false;
                }
            }
        """, registration).Counting("PGTX205");

    [Theory]
    [InlineData("await db.SaveChangesAsync(ct);", "catch (DbUpdateException ex) when (ex.InnerException is NpgsqlException { IsTransient: true }) // expect: PGTX205")]
    [InlineData("await db.Orders.ToListAsync(ct);", "catch (NpgsqlException ex) when (ex.IsTransient) // expect: PGTX205")]
    [InlineData("await db.Orders.ExecuteDeleteAsync(ct);", "catch (PostgresException ex) when (ex.SqlState is \"40001\" or \"40P01\") // expect: PGTX205")]
    public async Task What_EF_wraps_passes_the_handler(string work, string handler)
    {
        await AroundEf(work, handler, None).Counting("PGTX205").HasMarkedFindings();
        await AroundEf(work, handler.Replace(" // expect: PGTX205", ""), "").Counting("PGTX205").IsQuiet();
        await AroundEf(work, handler.Replace(" // expect: PGTX205", ""), Retries).Counting("PGTX205").IsQuiet();
    }

    [Theory]
    [InlineData("await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct);", "catch (NpgsqlException ex) when (ex.IsTransient)")]
    [InlineData("await db.Orders.ToListAsync(ct); await db.Database.OpenConnectionAsync(ct);", "catch (NpgsqlException ex) when (ex.IsTransient)")]
    [InlineData("await db.SaveChangesAsync(ct);", "catch (DbUpdateException ex) when (ex.InnerException is PostgresException { SqlState: \"23505\" })")]
    [InlineData("await db.SaveChangesAsync(ct);", "catch (Exception ex) when (ex.GetBaseException() is NpgsqlException { IsTransient: true })")]
    [InlineData("await db.SaveChangesAsync(ct);", "catch (InvalidOperationException ex) when (ex.InnerException?.InnerException is NpgsqlException { IsTransient: true })")]
    public Task What_comes_unwrapped_is_quiet(string work, string handler) => AroundEf(work, handler, None).Counting("PGTX205").IsQuiet();

    [Theory]
    [InlineData("", true)]
    [InlineData("await Task.Delay(1000, ct);", false)]
    [InlineData("await PauseAsync();", false)]
    [InlineData("throw;", false)]
    [InlineData("break;", false)]
    [InlineData("if (ct.CanBeCanceled) throw;", false)]
    public Task A_loop_that_swallows_has_to_wait(string inHandler, bool found) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                while (!ct.IsCancellationRequested)
                {
                    try
                    {
                        await WorkAsync(ct);
                    }
                    catch (NpgsqlException){{(found ? " // expect: PGTX205" : "")}}
                    {
                        {{inHandler}}
                    }
                }
            }

            private Task PauseAsync() => Task.Delay(10);

            private async Task WorkAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET closed = true");
            }
        """).Counting("PGTX205").HasMarkedFindings();

    [Theory]
    [InlineData("foreach (var id in new[] { 1, 2, 3 })")]
    [InlineData("for (var id = 0; id < 3; id++)")]
    public Task A_loop_over_data_has_other_work_next(string loop) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                {{loop}}
                {
                    try
                    {
                        await db.Database.ExecuteSqlAsync($"DELETE FROM orders WHERE id = {id}", ct);
                    }
                    catch (NpgsqlException)
                    {
                    }
                }
            }
        """).Counting("PGTX205").IsQuiet();

    [Theory]
    [InlineData("switch (ex.SqlState) { case \"40001\": return 1; default: return 0; }", true)]
    [InlineData("return ex.SqlState switch { \"57P01\" or \"57P02\" => 1, _ => 0 };", true)]
    [InlineData("switch (ex.SqlState) { case \"40001\": case \"40P01\": return 1; default: return 0; }", false)]
    [InlineData("return ex.SqlState switch { \"23505\" => 1, \"53300\" => 2, _ => 0 };", false)]
    [InlineData("switch (ex.ConstraintName) { case \"57P01\": return 1; default: return 0; }", false)]
    public Task A_switch_is_read_like_a_filter(string statement, bool found) => TestCode.Of($$"""
        using Npgsql;

        public static class Texts
        {
            public static int Rank(PostgresException ex)
            {
                {{statement}}{{(found ? " // expect: PGTX205" : "")}}
            }
        }
        """).Counting("PGTX205").HasMarkedFindings();

    /// <summary>Where IsTransient has said no, the switch only adds states to it.</summary>
    [Theory]
    [InlineData("if (ex.IsTransient) return 1; return ex.SqlState switch { \"40P01\" or \"57P03\" => 1, _ => 0 };", false)]
    [InlineData("if (ex.IsTransient) { return 1; } switch (ex.SqlState) { case \"57P03\": return 1; default: return 0; }", false)]
    [InlineData("if (IsAgain(ex)) return 1; return ex.SqlState switch { \"57P03\" => 1, _ => 0 };", false)]
    [InlineData("if (ex.IsTransient) { return 1; } else { switch (ex.SqlState) { case \"57P03\": return 1; default: return 0; } }", false)]
    [InlineData("if (ex.ErrorCode != 0) { if (ex.IsTransient) throw ex; return ex.SqlState switch { \"57P03\" => 1, _ => 0 }; } return 0;", false)]
    [InlineData("return ex.IsTransient || ex.SqlState switch { \"57P03\" => true, _ => false } ? 1 : 0;", false)]
    [InlineData("return ex.SqlState switch { \"57P03\" => 1, _ => ex.IsTransient ? 1 : 0 };", false)]
    [InlineData("return ex.IsTransient ? 1 : ex.SqlState switch { \"57P03\" => 1, _ => 0 };", false)]
    [InlineData("return (object)ex switch { NpgsqlException { IsTransient: true } => 1, PostgresException other => other.SqlState switch { \"57P03\" => 1, _ => 0 }, _ => 0 };", false)]
    [InlineData("if (ex.IsTransient) System.Console.WriteLine(ex); return ex.SqlState switch { \"57P03\" => 1, _ => 0 };", true)]
    [InlineData("if (ex.TableName is null) return 1; return ex.SqlState switch { \"57P03\" => 1, _ => 0 };", true)]
    [InlineData("if (IsBusy(ex)) return 1; return ex.SqlState switch { \"57P03\" => 1, _ => 0 };", true)]
    public Task A_switch_behind_IsTransient_adds_to_it(string statements, bool found) => TestCode.Of($$"""
        using Npgsql;

        public static class Texts
        {
            public static int Rank(PostgresException ex)
            {
                {{statements}}{{(found ? " // expect: PGTX205" : "")}}
            }

            private static bool IsAgain(NpgsqlException ex) => ex.IsTransient;

            private static bool IsBusy(PostgresException ex) => ex.SqlState == "53300";
        }
        """).Counting("PGTX205").HasMarkedFindings();

    private const string OtherDriver = """
        public class MySqlException : DbException
        {
            public int Number { get; }
            public override string? SqlState => "40001";
        }

        public class SqliteException : DbException { }
        """;

    [Theory]
    [InlineData("catch (MySqlException ex) when (ex.Number == 1213 && ex.SqlState == \"40001\")")]
    [InlineData("catch (SqliteException ex) when (ex.SqlState == \"40001\")")]
    [InlineData("catch (SqliteException ex) when (ex is { SqlState: \"40001\" })")]
    [InlineData("catch (Exception ex) when (ex is SqliteException { SqlState: \"40001\" })")]
    [InlineData("catch (Exception ex) when (ex.InnerException is MySqlException { SqlState: \"57P01\" })")]
    [InlineData("catch (Exception ex) when ((ex as SqliteException)?.SqlState == \"40001\")")]
    [InlineData("catch (MySqlException ex) when (ex.Message.Contains(\"deadlock detected\"))")]
    [InlineData("catch (MySqlException ex) when (ex.SqlState switch { \"40001\" => true, _ => false })")]
    public Task Another_drivers_exception_is_quiet(string handler) => RetryCode.Service(Work(handler), types: OtherDriver).Counting("PGTX205").IsQuiet();

    [Theory]
    [InlineData("catch (DbException ex) when (ex.SqlState == \"40001\")")]
    [InlineData("catch (DbException ex) when (ex is { SqlState: \"40001\" })")]
    [InlineData("catch (Exception ex) when ((ex.InnerException as DbException)?.SqlState == \"40001\")")]
    [InlineData("catch (StoreException ex) when (ex.SqlState == \"40001\")")]
    [InlineData("catch (OwnException ex) when (ex.SqlState == \"40001\")")]
    public Task What_may_be_the_drivers_is_found_beside_another_driver(string handler) => RetryCode.Service(Work(handler + " // expect: PGTX205\n"), types: OtherDriver + """

        public class StoreException : Exception { public string? SqlState { get; init; } }

        public class OwnException : NpgsqlException { }
        """).Counting("PGTX205").HasMarkedFindings();

    [Fact]
    public Task Another_drivers_state_does_not_complete_the_list() => RetryCode.Service(Work("""
        catch (MySqlException ex) when (ex.SqlState == "40P01")
                {
                    return false;
                }
                catch (PostgresException ex) when (ex.SqlState == "40001") // expect: PGTX205

        """), types: OtherDriver).Counting("PGTX205").HasMarkedFindings();

    private static string Work(string handler) => $$"""
            public async Task<bool> RunAsync(CancellationToken ct)
            {
                try
                {
                    await dataSource.CreateCommand("UPDATE orders SET closed = true").ExecuteNonQueryAsync(ct);
                    return true;
                }
                {{handler}}
                {
                    return false;
                }
            }
        """;

    [Theory]
    [InlineData("catch { await Task.Yield(); throw; }", true)]
    [InlineData("catch (Exception) { throw; }", true)]
    [InlineData("catch (Exception) { await Task.Yield(); return false; }", false)]
    [InlineData("catch (Exception e) { if (ct.IsCancellationRequested) { return false; } throw; }", false)]
    [InlineData("catch (Exception e) { throw new InvalidOperationException(\"away\", e); }", false)]
    [InlineData("catch (Exception) when (ct.IsCancellationRequested) { throw; }", false)]
    [InlineData("catch (NpgsqlException) { throw; }", false)]
    public Task A_second_handler_that_only_throws_again_takes_no_socket(string second, bool found) => RetryCode.Handler($$"""
        catch (PostgresException ex) when (ex.IsTransient){{(found ? " // expect: PGTX205\n" : "")}}
                {
                    return false;
                }
                {{second}}
        """).Counting("PGTX205").HasMarkedFindings();
}
