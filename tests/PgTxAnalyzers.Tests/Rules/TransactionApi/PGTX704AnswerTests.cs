using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A call that writes on some of its ways, and says by its answer which one it went.</summary>
public sealed class PGTX704AnswerTests
{
    private const string Ack = """
        public enum Outcome { Missing, Settled }
        public sealed record Ack(bool Accepted, string Error, Outcome Outcome)
        {
            public static Ack Ok() => new(true, "", Outcome.Settled);
            public static Ack Refused(string why) => new(false, why, Outcome.Missing);
        }
        """;

    /// <param name="type">What the method answers.</param>
    /// <param name="no">Before it has written.</param>
    /// <param name="yes">Afterwards.</param>
    /// <param name="leave">How its caller leaves.</param>
    [Theory]
    [InlineData("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", "if (!answer.Accepted) return;")]
    [InlineData("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", "if (answer.Outcome == Outcome.Missing) return;")]
    [InlineData("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", "if (answer is { Accepted: false }) return;")]
    [InlineData("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", "if (answer.Error.Length > 0) return;")]
    [InlineData("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", "switch (answer.Outcome) { case Outcome.Missing: return; }")]
    [InlineData("Outcome", "Outcome.Missing", "Outcome.Settled", "if (answer == Outcome.Missing) return;")]
    [InlineData("Outcome", "Outcome.Missing", "Outcome.Settled", "if (answer != Outcome.Settled) return;")]
    [InlineData("long?", "null", "id", "if (answer is null) return;")]
    [InlineData("long?", "null", "id", "if (answer is not { } known) return;")]
    [InlineData("string?", "null", "id.ToString()", "if (answer == null) return;")]
    [InlineData("(bool Done, string Why)", "(false, \"not found\")", "(true, \"\")", "if (!answer.Done) return;")]
    [InlineData("(bool Done, string Why)", "(false, \"not found\")", "(true, \"\")", "var (done, why) = answer; if (!answer.Item1) return;")]
    public Task Who_leaves_because_of_the_answer_is_quiet(string type, string no, string yes, string leave) => Settling(type, no, yes, leave).IsQuiet();

    [Fact]
    public Task A_tuple_may_be_taken_apart_at_once() => Code("(bool Done, string Why)", "(false, \"not found\")", "(true, \"\")", """
        var (done, why) = await SettleAsync(conn, tx, id, ct);
        if (!done) return;
        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Fact]
    public Task The_answer_may_come_through_another_method() => Code("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", """
        var answer = await OuterAsync(conn, tx, id, ct);
        if (answer.Accepted) await tx.CommitAsync(ct);
        """).IsQuiet();

    /// <summary>It has written on every way on which it comes back: what its answer says is something else.</summary>
    [Fact]
    public Task Who_always_writes_loses_it() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var answer = await CountAsync();
        if (answer > 5)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);

        async Task<int> CountAsync()
        {
            await using var insert = new NpgsqlCommand("INSERT INTO usage (id) VALUES (1)", conn, tx);
            await insert.ExecuteNonQueryAsync(ct);
            return url.Length;
        }
        """).Counting("PGTX704").HasMarkedFindings();

    [Fact]
    public Task Another_statement_has_written_all_the_same() => Code("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", """
        var answer = await SettleAsync(conn, tx, id, ct);
        await using var audit = new NpgsqlCommand("INSERT INTO audit (id) VALUES (1)", conn, tx);
        await audit.ExecuteNonQueryAsync(ct);
        if (!answer.Accepted)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    /// <summary>There was an answer, and it was not null.</summary>
    [Fact]
    public Task Who_leaves_on_the_other_side_loses_it() => Code("long?", "null", "id", """
        var answer = await SettleAsync(conn, tx, id, ct);
        if (answer is not null)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task Who_asks_something_else_loses_it() => Code("Ack", "Ack.Refused(\"not found\")", "Ack.Ok()", """
        var answer = await SettleAsync(conn, tx, id, ct);
        if (id > 5)
            return; // expect: PGTX704
        if (answer.Accepted) await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    /// <summary>The answer is the statement's own, in a helper: no row came back, so none was changed.</summary>
    [Theory]
    [InlineData("UPDATE leases SET status = 'held' WHERE id = 1 RETURNING status", "result is string s ? s : null")]
    [InlineData("INSERT INTO leases (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING status", "result as string")]
    [InlineData("UPDATE leases SET status = 'held' WHERE id = 1 RETURNING status", "result is { } ? result.ToString() : null")]
    public Task What_a_statement_says_in_a_helper(string sql, string answer) => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var status = await MoveAsync();
        if (status is null)
            return;
        await using var audit = new NpgsqlCommand("INSERT INTO audit (id) VALUES (1)", conn, tx);
        await audit.ExecuteNonQueryAsync(ct);
        await tx.CommitAsync(ct);

        async Task<string?> MoveAsync()
        {
            await using var command = new NpgsqlCommand("{{sql}}", conn, tx);
            var result = await command.ExecuteScalarAsync(ct);
            return {{answer}};
        }
        """).Counting("PGTX704").IsQuiet();

    /// <summary>Or whether it was any.</summary>
    [Theory]
    [InlineData("=> await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx) > 0;")]
    [InlineData("{ var rows = await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx); return rows == 1; }")]
    [InlineData("{ var rows = await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx); return rows < 5; }", " // expect: PGTX704")]
    public Task Whether_there_was_a_row_in_a_helper(string body, string mark = "") => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var moved = await MoveAsync();
        if (!moved)
            return;{{mark}}
        await tx.CommitAsync(ct);

        async Task<bool> MoveAsync() {{body}}
        """).Counting("PGTX704").HasMarkedFindings();

    /// <summary>A repository that says how many rows it was.</summary>
    [Theory]
    [InlineData("=> conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx);", "")]
    [InlineData("=> await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx);", "async ")]
    [InlineData("{ var rows = await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx); return rows; }", "async ")]
    [InlineData("{ await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx); return url.Length; }", "async ", " // expect: PGTX704")]
    [InlineData("{ await conn.ExecuteAsync(\"DELETE FROM old WHERE id = 1\", transaction: tx); return await conn.ExecuteAsync(\"UPDATE leases SET status = 'held' WHERE id = 1\", transaction: tx); }", "async ", " // expect: PGTX704")]
    public Task The_number_of_rows_in_a_helper(string body, string modifier, string mark = "") => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var rows = await MoveAsync();
        if (rows == 0)
            return;{{mark}}
        await tx.CommitAsync(ct);

        {{modifier}}Task<int> MoveAsync() {{body}}
        """).Counting("PGTX704").HasMarkedFindings();

    private static TestCode Settling(string type, string no, string yes, string leave) => Code(type, no, yes, $$"""
        var answer = await SettleAsync(conn, tx, id, ct);
        {{leave}}
        await tx.CommitAsync(ct);
        """);

    private static TestCode Code(string type, string no, string yes, string body) => TestCode.Of($$"""
        using Npgsql;

        {{Ack}}

        public class Settlements(NpgsqlDataSource source)
        {
            public async Task CompleteAsync(long id, CancellationToken ct)
            {
                await using var conn = await source.OpenConnectionAsync(ct);
                await using var tx = await conn.BeginTransactionAsync(ct);
                {{body}}
            }

            private static async Task<{{type}}> OuterAsync(NpgsqlConnection conn, NpgsqlTransaction tx, long id, CancellationToken ct) => await SettleAsync(conn, tx, id, ct);

            private static async Task<{{type}}> SettleAsync(NpgsqlConnection conn, NpgsqlTransaction tx, long id, CancellationToken ct)
            {
                await using var find = new NpgsqlCommand("SELECT status FROM leases FOR UPDATE", conn, tx);
                if (await find.ExecuteScalarAsync(ct) is not string status) return {{no}};
                await using var insert = new NpgsqlCommand("INSERT INTO usage (status) VALUES ('done')", conn, tx);
                await insert.ExecuteNonQueryAsync(ct);
                return {{yes}};
            }
        }
        """).Counting("PGTX704");
}
