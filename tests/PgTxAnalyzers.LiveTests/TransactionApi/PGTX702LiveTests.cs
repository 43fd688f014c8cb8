using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX702 on a real server: the begin is refused, or the scope does not own what is written in it. The rule has no fix; one owner is written by a person.</summary>
public sealed class PGTX702LiveTests(LiveServers servers)
{
    private const string Insert = """await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('audit')");""";

    /// <summary>What each of the programs becomes: the scope owns the connection, which is opened in it.</summary>
    private static readonly TestCode Owned = Scope("", Open("connectionString") + Insert);

    [Fact]
    public async Task The_scope_and_the_transaction_have_two_owners()
    {
        var pair = await LivePair.Of(servers, "PGTX702", Scope("", Open("connectionString") + $"""
            await using var transaction = await connection.BeginTransactionAsync(ct); // expect: PGTX702
            {Insert}
            await transaction.CommitAsync(ct);
            """), Owned);
        await pair.Observe("begin on a connection that is opened in the scope; nothing goes wrong", (program, database) => program.RunAndTell(database),
            before: "`InvalidOperationException`; no row", after: "completes; `audit`");

        var before = await LivePair.Of(servers, "PGTX702", Scope(Open("connectionString"), $"""
            await using var transaction = await connection.BeginTransactionAsync(ct); // expect: PGTX702
            {Insert}
            await transaction.CommitAsync(ct);
            """), Owned);
        await before.WriteTheSameRows();
        await ObserveWhatStays(pair, before, "opened before the scope, begin and commit in it");
        await ObserveAConnectionThatStandsAside(pair);

        var text = await LivePair.Of(servers, "PGTX702", Scope("", Open("connectionString") + $"""
            await connection.ExecuteAsync("BEGIN;"); // expect: PGTX702
            {Insert}
            await connection.ExecuteAsync("COMMIT;");
            """), Owned);
        await ObserveWhatStays(pair, text, "`BEGIN;` and `COMMIT;` as text, on an enlisted connection");
        await pair.ObserveAs(text, "the same; nothing goes wrong", (program, database) => program.RunAndTell(database),
            before: "`TransactionInDoubtException`; `audit`", after: "completes; `audit`");
        pair.PageShowsIt();
    }

    /// <summary>The rule reads a string that is there when the program is compiled, so it names a database of its own.</summary>
    private async Task ObserveAConnectionThatStandsAside(LivePair page)
    {
        await using var own = await servers.NewDatabase();
        var literal = SymbolDisplay.FormatLiteral(own.With("Enlist=false"), quote: true);
        var aside = await LivePair.Of(servers, "PGTX702", Scope("", Open(literal, "// expect: PGTX702") + Insert), Owned);
        await ObserveWhatStays(page, aside, "`Enlist=false`", own);
    }

    /// <summary>The unit fails before its scope is completed, and so nothing of it should be there.</summary>
    private static Task ObserveWhatStays(LivePair page, LivePair pair, string circumstances, LiveDatabase? own = null) =>
        page.ObserveAs(pair, circumstances + "; a failure before `Complete()`", async (program, database) =>
        {
            await (own ?? database).Execute("TRUNCATE events");
            return await program.RunAndTell(own ?? database, meanwhile: () => throw new TimeoutException());
        }, before: "`TimeoutException`; `audit`", after: "`TimeoutException`; no row");

    private static string Open(string connectionString, string mark = "") => $"""
        await using var connection = new NpgsqlConnection({connectionString});
        await connection.OpenAsync(ct); {mark}

        """;

    private static TestCode Scope(string before, string inside) => Units.Of($"""
        {before}
        using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
        {inside}
        await Meanwhile();
        scope.Complete();
        """, members: LiveProgram.MeanwhileField);
}
