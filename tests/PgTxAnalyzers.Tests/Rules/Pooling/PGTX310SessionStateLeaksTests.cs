using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Nothing resets the session, and a path does not undo what it left there: D62.</summary>
public class PGTX310SessionStateLeaksTests
{
    private const string Id = "PGTX310";

    [Theory]
    [InlineData("await c.ExecuteAsync(\"SET statement_timeout = 0\"); // expect: PGTX310")]
    [InlineData("await c.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // expect: PGTX310")]
    [InlineData("await c.ExecuteAsync(\"CREATE TEMP TABLE s (id int)\"); // expect: PGTX310")]
    [InlineData("await c.ExecuteAsync(\"SET ROLE a\"); // expect: PGTX310\nawait c.ExecuteAsync(\"SELECT 1\");\nawait c.ExecuteAsync(\"RESET ROLE\");")]
    [InlineData("await c.ExecuteAsync(\"SET x = 1\"); // expect: PGTX310\nif (url.Length > 3) return;\nawait c.ExecuteAsync(\"RESET x\");")]
    [InlineData("await using var tx = await c.BeginTransactionAsync(ct);\nawait c.ExecuteAsync(\"SET x = 1\"); // expect: PGTX310\nawait tx.CommitAsync(ct);")]
    [InlineData("await using var tx = await c.BeginTransactionAsync(ct);\nawait c.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // expect: PGTX310\nawait tx.RollbackAsync(ct);")]
    [InlineData("await using var k = new NpgsqlCommand(\"SET x = 1\", c); // expect: PGTX310\nawait k.ExecuteNonQueryAsync(ct);")]
    public Task What_a_path_leaves_behind_is_found(string statements) => Kept(statements).HasMarkedFindings();

    [Theory]
    [InlineData("await c.ExecuteAsync(\"SET x = 1\");\ntry { await c.ExecuteAsync(\"SELECT 1\"); } finally { await c.ExecuteAsync(\"RESET x\"); }")]
    [InlineData("await c.ExecuteAsync(\"SET x = 1\");\ntry { await c.ExecuteAsync(\"SELECT 1\"); } finally { await c.ExecuteAsync(\"DISCARD ALL\"); }")]
    [InlineData("await c.ExecuteAsync(\"SET x = 1\");\ntry { await c.ExecuteAsync(\"SELECT 1\"); } finally { await c.ExecuteAsync(\"SET x = 2\"); }")]
    [InlineData("await c.ExecuteAsync(\"SELECT pg_advisory_lock(1)\");\ntry { await c.ExecuteAsync(\"SELECT 1\"); } finally { await c.ExecuteAsync(\"SELECT pg_advisory_unlock(1)\"); }")]
    [InlineData("await c.ExecuteAsync(\"CREATE TEMP TABLE s (id int)\");\ntry { await c.ExecuteAsync(\"SELECT 1\"); } finally { await c.ExecuteAsync(\"DROP TABLE s\"); }")]
    [InlineData("await using var tx = await c.BeginTransactionAsync(ct);\nawait c.ExecuteAsync(\"SET x = 1\");\nawait tx.RollbackAsync(ct);")]
    [InlineData("await using var tx = await c.BeginTransactionAsync(ct);\nawait c.ExecuteAsync(\"SET x = 1\");")]
    [InlineData("await using var tx = await c.BeginTransactionAsync(ct);\nawait c.ExecuteAsync(\"SET LOCAL x = 1\");\nawait c.ExecuteAsync(\"SELECT pg_advisory_xact_lock(1)\");\nawait c.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\");\nawait tx.CommitAsync(ct);")]
    [InlineData("await c.ExecuteAsync(\"SET x = 1; SELECT 1; RESET x\");")]
    public Task D62_what_every_path_undoes_is_quiet(string statements) => Kept(statements).IsQuiet();

    [Fact]
    public Task A_string_that_is_reset_is_quiet() => Kept("await using var r = await Reset.OpenConnectionAsync(ct);\nawait r.ExecuteAsync(\"SET x = 1\");").IsQuiet();

    [Fact]
    public Task A_connection_from_outside_is_quiet() => Kept("await conn.ExecuteAsync(\"SET x = 1\");").IsQuiet();

    [Fact]
    public Task A_data_sources_own_command_gives_its_connection_back_at_once() =>
        Kept("await using var k = Keeping.CreateCommand(\"SET x = 1\"); // expect: PGTX310\nawait k.ExecuteNonQueryAsync(ct);").HasMarkedFindings();

    [Fact]
    public async Task The_message_says_who_meets_it()
    {
        var finding = await Kept("await c.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // expect: PGTX310").Only(Id);
        Assert.Equal(
            "The next user of the pool holds this lock without knowing it: 'pg_advisory_lock' is still there when the connection goes back to the pool, and 'No Reset On Close' keeps Npgsql from resetting it",
            finding.GetMessage());
    }

    [Fact]
    public Task Behind_a_pooler_302_says_the_stronger_thing() =>
        (Kept("await c.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // expect: PGTX302") with { }).WithOption("pgtx.pooling", "transaction").Counting(Id, "PGTX302").HasMarkedFindings();

    private static TestCode Kept(string statements) => TestCode.Method("await using var c = await Keeping.OpenConnectionAsync(ct);\n" + statements, """
        private static readonly NpgsqlDataSource Keeping = NpgsqlDataSource.Create("Host=db.internal;Username=app;No Reset On Close=true");
        private static readonly NpgsqlDataSource Reset = NpgsqlDataSource.Create("Host=db.internal;Username=app");
        """).WithOption("pgtx.pooling", "none").Counting(Id);
}
