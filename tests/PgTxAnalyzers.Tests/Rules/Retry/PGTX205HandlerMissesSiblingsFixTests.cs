using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The handler takes what looks alike.</summary>
public sealed class PGTX205HandlerMissesSiblingsFixTests
{
    private const string Key = "PGTX205.Widen";

    private static TestCode Handler(string head, string mark = "") => RetryCode.Handler($$"""
        {{head}}{{mark}}
                {
                    // Known.
                    return false;
                }
        """);

    [Theory]
    // A lost connection: all its names, and the broken socket that has none.
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"57P01\")", "catch (NpgsqlException ex) when (ex.IsTransient)")]
    [InlineData("catch (Npgsql.PostgresException ex) when (ex.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown && id > 0)", "catch (Npgsql.NpgsqlException ex) when (ex.IsTransient && id > 0)")]
    [InlineData("catch (NpgsqlException ex) when (ex.SqlState is \"57P01\" or \"25P03\")", "catch (NpgsqlException ex) when ((ex.IsTransient || ex.SqlState is \"57P01\" or \"25P03\"))")]
    [InlineData("catch (PostgresException ex) when (ex.IsTransient)", "catch (NpgsqlException ex) when (ex.IsTransient)")]
    // A conflict: both its states.
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"40001\")", "catch (PostgresException ex) when (ex.SqlState is \"40001\" or \"40P01\")")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.DeadlockDetected && id > 0)", "catch (PostgresException ex) when (ex.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && id > 0)")]
    [InlineData("catch (PostgresException ex) when (ex.SqlState is \"40P01\" or \"55P03\")", "catch (PostgresException ex) when (ex.SqlState is \"40P01\" or \"55P03\" or \"40001\")")]
    // The text of a message.
    [InlineData("catch (Exception ex) when (ex.Message.Contains(\"terminating connection due to administrator command\"))", "catch (Exception ex) when (ex is NpgsqlException { IsTransient: true })")]
    [InlineData("catch (Exception ex) when (ex.Message.Contains(\"terminating connection\") && id > 0)", "catch (Exception ex) when (ex is NpgsqlException { IsTransient: true } or PostgresException { SqlState: \"25P03\" } && id > 0)")]
    [InlineData("catch (PostgresException ex) when (ex.MessageText.StartsWith(\"deadlock detected\"))", "catch (PostgresException ex) when (ex.SqlState is \"40001\" or \"40P01\")")]
    [InlineData("catch (PostgresException ex) when (ex.Message.StartsWith(\"57P01\"))", "catch (NpgsqlException ex) when (ex.IsTransient)")]
    [InlineData("catch (Exception ex) when (!ex.Message.Contains(\"could not serialize\"))", "catch (Exception ex) when (!(ex is PostgresException { SqlState: \"40001\" or \"40P01\" }))")]
    public async Task A_test_is_widened(string before, string after) => await Handler(before, " // expect: PGTX205").Fix("PGTX205", Key).Becomes(Handler(after));

    [Fact]
    public async Task A_switch_names_the_others_too() => await Switch("""
            public string Describe(PostgresException ex)
            {
                switch (ex.SqlState) // expect: PGTX205
                {
                    case PostgresErrorCodes.DeadlockDetected:
                        return "again";
                    default:
                        return "wrong";
                }
            }
        """).Fix("PGTX205", Key).Becomes(Switch("""
            public string Describe(PostgresException ex)
            {
                switch (ex.SqlState)
                {
                    case PostgresErrorCodes.DeadlockDetected:
                    case PostgresErrorCodes.SerializationFailure:
                        return "again";
                    default:
                        return "wrong";
                }
            }
        """));

    [Fact]
    public async Task So_does_a_switch_expression() => await Switch("""
            public bool IsLost(PostgresException ex) => ex.SqlState switch // expect: PGTX205
            {
                "57P01" or "57P02" => true, // A restart.
                "08006" => true,
                _ => false,
            };
        """).Fix("PGTX205", Key).Becomes(Switch("""
            public bool IsLost(PostgresException ex) => ex.SqlState switch
            {
                "57P01" or "57P02" => true, // A restart.
                "08006" or "57P03" or "57P05" or "25P03" => true,
                _ => false,
            };
        """));

    private static TestCode Switch(string members) => RetryCode.Service(members);

    [Fact]
    public async Task A_loop_that_swallows_waits() => await Polling(" // expect: PGTX205", "").Fix("PGTX205", "PGTX205.Wait").Becomes(Polling(
        "", "\n                await Task.Delay(TimeSpan.FromMilliseconds(1000 + Random.Shared.Next(100)), ct);"));

    private static TestCode Polling(string mark, string wait) => RetryCode.Service($$"""
            public async Task RunAsync(CancellationToken ct)
            {
                while (!ct.IsCancellationRequested)
                {
                    try
                    {
                        await using var connection = await dataSource.OpenConnectionAsync(ct);
                        await connection.ExecuteAsync("UPDATE feeds SET read_at = now()");
                    }
                    catch (NpgsqlException){{mark}}
                    {
                        // The next round.{{wait}}
                    }
                }
            }
        """);

    [Theory]
    // The handler reads what only the server's own exception has.
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"57P01\") { Console.WriteLine(ex.Severity); return false; } // fix: PGTX205")]
    // Two tests of which only a person knows the meaning.
    [InlineData("catch (PostgresException ex) when (ex.SqlState == \"57P01\" || ex.SqlState == \"57P02\") { return false; } // fix: PGTX205")]
    // The test is of another exception than the one that is caught.
    [InlineData("catch (Exception ex) when (ex is PostgresException { SqlState: \"57P01\" }) { return false; } // fix: PGTX205")]
    public async Task Nothing_is_offered_where_it_would_not_compile_or_mean_something_else(string handler) => await RetryCode.Handler(handler).Fix("PGTX205").IsNotOffered();
}
