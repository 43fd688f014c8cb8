using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>A transaction in the hands of code that nobody can look into may be over. Silence is right from there on, and only there.</summary>
public sealed class GivenAwayTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'", transaction: tx);

        """;

    private const string Members = """
        public interface IFinisher { Task FinishAsync(DbTransaction tx); Task RunAsync(Func<Task> work); Task LogAsync(string text); }
        public IFinisher finisher = null!;
        public Func<DbTransaction, Task> finish = null!;
        private static Task Look(DbTransaction tx) { Console.WriteLine(tx); return Task.CompletedTask; }
        """;

    private static TestCode Code(string statements) => TestCode.Method(Begin + statements, Members).Counting("PGTX101", "PGTX102", "PGTX103");

    [Theory]
    [InlineData("await finisher.FinishAsync(tx);")]
    [InlineData("await finish(tx);")]
    [InlineData("await finisher.RunAsync(() => tx.CommitAsync(ct));")]
    public async Task Unknown_code_may_have_committed(string handOver) => await Code($"""
        {handOver}
        await http.GetStringAsync(url, ct);
        """).IsQuiet();

    [Theory]
    [InlineData("await finisher.LogAsync(url);")]
    [InlineData("await finisher.RunAsync(() => conn.ExecuteAsync(\"SELECT 1\", transaction: tx));")]
    [InlineData("await Look(tx);")]
    [InlineData("ArgumentNullException.ThrowIfNull(tx);")]
    [InlineData("await using var cmd = new NpgsqlCommand(\"SELECT 1\", conn, tx);")]
    [InlineData("await using var cmd = conn.CreateCommand(); cmd.Transaction = tx;")]
    [InlineData("await db.Database.UseTransactionAsync(tx, ct);")]
    [InlineData("await conn.ExecuteAsync(new CommandDefinition(\"SELECT 1\", transaction: tx));")]
    public async Task Code_that_is_known_has_not(string use) => await Code($"""
        {use}
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public async Task What_was_held_before_is_still_said() => await Code("""
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await finisher.FinishAsync(tx);
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();
}
