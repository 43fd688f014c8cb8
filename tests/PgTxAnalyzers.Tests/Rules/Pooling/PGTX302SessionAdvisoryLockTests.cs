using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Session advisory locks behind a pooler: D50, D52, D53, D62.</summary>
public class PGTX302SessionAdvisoryLockTests
{
    private const string Id = "PGTX302";

    [Theory]
    [InlineData("pg_advisory_lock(1)")]
    [InlineData("pg_advisory_lock_shared(1, 2)")]
    [InlineData("pg_try_advisory_lock(1)")]
    [InlineData("pg_try_advisory_lock_shared(1)")]
    [InlineData("pg_advisory_unlock(1)")]
    [InlineData("pg_advisory_unlock_shared(1)")]
    [InlineData("pg_advisory_unlock_all()")]
    [InlineData("count(pg_catalog.PG_ADVISORY_LOCK(id)) FROM jobs")]
    public Task Each_function_of_session_locks_is_found(string call) => Pooled.Method($"await conn.ExecuteAsync(\"SELECT {call}\"); // expect: PGTX302", counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("SELECT pg_advisory_xact_lock(1)")]
    [InlineData("SELECT pg_try_advisory_xact_lock_shared(1)")]
    [InlineData("SELECT 'pg_advisory_lock(1)'")]
    [InlineData("SELECT own.pg_advisory_lock(1)")]
    [InlineData("SELECT pg_advisory_lock FROM t")]
    public Task Transaction_locks_and_words_are_quiet(string sql) => Pooled.Method($"await conn.ExecuteAsync(\"{sql}\");", counted: Id).IsQuiet();

    [Fact]
    public async Task D53_two_nodes_have_the_lock()
    {
        var finding = await Pooled.Method("await db.Database.ExecuteSqlAsync($\"SELECT pg_advisory_lock({url.Length})\", ct); // expect: PGTX302").Only(Id);
        Assert.Equal(
            "Two processes hold this lock at once, or nobody can release it: 'pg_advisory_lock' is a lock of the session, which the pooler (pgtx.pooling = transaction) hands to another client after each transaction",
            finding.GetMessage());
        Assert.Equal("pg_advisory_lock", Pooled.Underlined(finding));
    }

    [Fact]
    public Task D53_repaired() => Pooled.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({url.Length})", ct);
        await tx.CommitAsync(ct);
        """, counted: Id).IsQuiet();

    [Theory]
    [InlineData("new PostgresDistributedLock(new PostgresAdvisoryLockKey(1), url)")]
    [InlineData("new Medallion.Threading.Postgres.PostgresDistributedLock(new PostgresAdvisoryLockKey(1), source)")]
    [InlineData("new PostgresDistributedLock(new PostgresAdvisoryLockKey(1), url, o => o.KeepaliveCadence(TimeSpan.FromSeconds(30)))")]
    [InlineData("new PostgresDistributedReaderWriterLock(new PostgresAdvisoryLockKey(1), url)")]
    [InlineData("new PostgresDistributedSynchronizationProvider(url)")]
    public Task D50_a_distributed_lock_that_is_not_told_to_use_a_transaction(string creation) =>
        Medallion($"_ = {creation}; // expect: PGTX302").HasMarkedFindings();

    [Theory]
    [InlineData("_ = new PostgresDistributedLock(new PostgresAdvisoryLockKey(1), url, o => o.UseTransaction());")]
    [InlineData("Action<PostgresConnectionOptionsBuilder> options = o => o.UseTransaction(); _ = new PostgresDistributedLock(new PostgresAdvisoryLockKey(1), url, options);")]
    [InlineData("_ = new PostgresDistributedLock(new PostgresAdvisoryLockKey(1), \"Host=db-direct;Port=5432;Username=app\");")]
    public Task D50_and_D52_repaired(string statement) => Medallion(statement).WithOption("pgtx.direct_connections", "db-direct").IsQuiet();

    private static TestCode Medallion(string statement) => Pooled.Method(statement, counted: Id) is var code
        ? code with { Sources = [(TestCode.MainFile, "using Medallion.Threading.Postgres;\n" + code.Sources[0].Text)] }
        : code;

    /// <summary>marten's locks: Weasel's extension makes a command of a connection and a text.</summary>
    [Theory]
    [InlineData("conn.CreateCommand(\"select pg_advisory_lock(1)\")", 1)]
    [InlineData("conn.CreateCommand(note: \"select pg_advisory_lock(1)\", sql: \"select 1\")", 0)]
    [InlineData("conn.CreateCommand(\"select pg_advisory_xact_lock(1)\")", 0)]
    public async Task A_library_makes_a_command_of_a_connection_and_a_text(string command, int findings)
    {
        var code = Pooled.Method($"await {command}.ExecuteNonQueryAsync(ct);", counted: "PGTX302").Broken();
        var compilation = code.Compile();
        using var image = new MemoryStream();
        var library = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create("Library", [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText("""
            public static class Commands
            {
                public static Npgsql.NpgsqlCommand CreateCommand(this Npgsql.NpgsqlConnection connection, string sql, string note = "") => new(sql, connection);
            }
            """, cancellationToken: TestContext.Current.CancellationToken)], compilation.References, new(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary));
        Assert.True(library.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        image.Position = 0;
        var found = await AnalyzerRun.Findings(compilation.AddReferences(Microsoft.CodeAnalysis.MetadataReference.CreateFromStream(image)), code.AnalyzerOptions(), Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
        Assert.Equal(findings, found.Count(f => f.Id == "PGTX302"));
    }
}
