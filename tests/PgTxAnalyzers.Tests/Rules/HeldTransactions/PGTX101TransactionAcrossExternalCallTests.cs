using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX101 says, where it stands, and when it gives way. What C# does to a region is in the tests of the flow.</summary>
public class PGTX101TransactionAcrossExternalCallTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");

        """;

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    private static readonly Dictionary<string, string> Found = new()
    {
        ["a query, then HTTP"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["the synchronous methods"] = """
            using var tx = conn.BeginTransaction();
            conn.Execute("UPDATE orders SET status = 'paid'");
            http.Send(new HttpRequestMessage(HttpMethod.Get, url), ct); // expect: PGTX101
            tx.Commit();
            """,
        ["EF Core's facade, with the transaction in nobody's variable"] = """
            await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await db.Database.CommitTransactionAsync(ct);
            """,
        ["a transaction of System.Data.Common"] = """
            DbConnection general = conn;
            await using DbTransaction tx = await general.BeginTransactionAsync(ct);
            await general.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a connection of the data source"] = """
            await using var own = await source.OpenConnectionAsync(ct);
            await using var tx = await own.BeginTransactionAsync(ct);
            await using var command = new NpgsqlCommand("DELETE FROM orders", own, tx);
            await command.ExecuteNonQueryAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["several calls, each for itself"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await http.PostAsync(url, null, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["the caller's network: the form is read here"] = """
            Microsoft.AspNetCore.Http.HttpRequest request = null!;
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            var form = await request.ReadFormAsync(ct); // expect: PGTX101
            await form.Files[0].CopyToAsync(System.IO.Stream.Null, ct);
            await tx.CommitAsync(ct);
            """,
        ["another process"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            System.Diagnostics.Process.Start("pdf"); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
    };

    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["the call before the begin"] = """
            await http.GetStringAsync(url, ct);
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
            """,
        ["the call after the commit"] = Begin + "await tx.CommitAsync(ct);\nawait http.GetStringAsync(url, ct);",
        ["the call after the rollback"] = Begin + "await tx.RollbackAsync(ct);\nawait http.GetStringAsync(url, ct);",
        ["the call after the dispose"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await tx.DisposeAsync();
            await http.GetStringAsync(url, ct);
            """,
        ["no transaction at all"] = "await conn.ExecuteAsync(\"UPDATE orders SET status = 'paid'\");\nawait http.GetStringAsync(url, ct);",
        ["a long transaction by intent"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct);
            await tx.CommitAsync(ct);
            """,
        ["a file of a form, which was read to its end before anybody got it"] = """
            Microsoft.AspNetCore.Http.IFormFile file = null!;
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            file.CopyTo(System.IO.Stream.Null);
            await file.CopyToAsync(System.IO.Stream.Null, ct);
            await file.OpenReadStream().CopyToAsync(System.IO.Stream.Null, ct);
            await tx.CommitAsync(ct);
            """,
        ["a member of the client that sends nothing"] = Begin + "http.DefaultRequestHeaders.Add(\"a\", \"b\");\nhttp.CancelPendingRequests();" + Commit,
    };

    public static TheoryData<string> FoundShapes => [.. Found.Keys];

    public static TheoryData<string> QuietShapes => [.. Quiet.Keys];

    [Theory]
    [MemberData(nameof(FoundShapes))]
    public Task A_call_that_holds_the_transaction_is_found(string shape) => TestCode.Method(Found[shape]).HasMarkedFindings();

    [Theory]
    [MemberData(nameof(QuietShapes))]
    public Task A_call_that_holds_nothing_is_quiet(string shape) => TestCode.Method(Quiet[shape]).IsQuiet();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await new NpgsqlCommand(\"SELECT 1\", conn, tx).ExecuteScalarAsync(ct);")]
    [InlineData("using (var command = conn.CreateCommand()) { command.CommandText = url; await command.ExecuteNonQueryAsync(ct); }")]
    public Task Any_command_opens_the_transaction(string command) => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        {command}
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("tx.Rollback();")]
    [InlineData("await tx.DisposeAsync().ConfigureAwait(false);")]
    [InlineData("conn.Close();")]
    [InlineData("conn.Dispose();")]
    public Task Every_form_of_an_end_is_one(string end) => TestCode.Method($"""
        var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        {end}
        await http.GetStringAsync(url, ct);
        """).IsQuiet();

    [Theory]
    [InlineData(nameof(ReferenceSet.NpgsqlOnly))]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8))]
    public Task Every_supported_version_is_known(string references) => TestCode.Of("""
        using Npgsql;
        public class Service
        {
            public async Task Run(NpgsqlDataSource source, HttpClient http, string url)
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("DELETE FROM carts", conn, tx);
                await command.ExecuteNonQueryAsync();
                await http.GetStringAsync(url); // expect: PGTX101
                await tx.CommitAsync();
            }
        }
        """).WithReferences(ReferenceSet.All.Single(set => set.Name == references)).HasMarkedFindings();

    [Fact]
    public Task A_library_on_Dapper_alone_is_looked_at() => TestCode.Of("""
        using System.Data;
        using Dapper;
        public class Service
        {
            public async Task Run(IDbConnection conn, HttpClient http, string url)
            {
                using var tx = conn.BeginTransaction();
                await conn.ExecuteAsync("DELETE FROM carts", transaction: tx);
                await http.GetStringAsync(url); // expect: PGTX101
                tx.Commit();
            }
        }
        """).WithReferences(ReferenceSet.DapperOnly).HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_begin_the_locks_the_call_and_its_kind()
    {
        var finding = await Only("""
            public class Orders(Npgsql.NpgsqlConnection conn, HttpClient http)
            {
                public async Task PayAsync(string url)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await Dapper.SqlMapper.ExecuteAsync(conn, "UPDATE orders SET status = 'paid'");
                    await http.GetStringAsync(url); // expect: PGTX101
                    await tx.CommitAsync();
                }
            }
            """);

        Assert.Equal(
            "The transaction begun at line 5 stays idle in transaction, holding the row locks of UPDATE orders (line 6), while 'HttpClient.GetStringAsync' (an HTTP call) runs",
            finding.GetMessage());
        Assert.Equal("http.GetStringAsync(url)", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal("true", finding.Properties["pgtx.direct"]);
    }

    [Fact]
    public async Task Without_locks_the_message_speaks_of_none()
    {
        var finding = await Only("""
            public class Orders(Npgsql.NpgsqlConnection conn, HttpClient http)
            {
                public async Task ReadAsync(string url)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await Dapper.SqlMapper.QueryAsync(conn, "SELECT * FROM orders");
                    await http.GetStringAsync(url); // expect: PGTX101
                }
            }
            """);

        Assert.Equal("The transaction begun at line 5 stays idle in transaction while 'HttpClient.GetStringAsync' (an HTTP call) runs", finding.GetMessage());
    }

    [Fact]
    public async Task A_call_through_helpers_shows_the_chain_and_its_steps_in_order()
    {
        var finding = await Only("""
            public class Orders(Npgsql.NpgsqlConnection conn, Stock stock)
            {
                public async Task PayAsync(string url)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await Dapper.SqlMapper.ExecuteAsync(conn, "UPDATE orders SET status = 'paid'");
                    await stock.ReserveAsync(url); // expect: PGTX101
                    await tx.CommitAsync();
                }
            }

            public class Stock(Remote remote)
            {
                public Task ReserveAsync(string url) => remote.PutAsync(url);
            }

            public class Remote(HttpClient http)
            {
                public async Task PutAsync(string url) => await http.PutAsync(url, null);
            }
            """);

        Assert.EndsWith("while 'Stock.ReserveAsync → Remote.PutAsync → HttpClient.PutAsync' (an HTTP call) runs", finding.GetMessage());
        Assert.Equal(["conn.BeginTransactionAsync()", "remote.PutAsync(url)", "http.PutAsync(url, null)"], finding.OtherTexts());
        Assert.Equal("false", finding.Properties["pgtx.direct"]);
    }

    [Theory]
    [InlineData(4, "'Service.M4 → Service.M3 → Service.M2 → Service.M1 → HttpClient.GetStringAsync'")]
    [InlineData(5, "'Service.M5 → Service.M4 → Service.M3 → … → HttpClient.GetStringAsync'")]
    [InlineData(6, "'Service.M6 → Service.M5 → Service.M4 → … → HttpClient.GetStringAsync'")]
    public async Task Of_more_than_five_steps_the_middle_is_left_out(int helpers, string chain)
    {
        var members = string.Join("\n", Enumerable.Range(2, helpers - 1).Select(i => $"Task M{i}(HttpClient http, string url) => M{i - 1}(http, url);"));
        var findings = await TestCode.Method(
            Begin + $"await M{helpers}(http, url); // expect: PGTX101" + Commit,
            "Task M1(HttpClient http, string url) => http.GetStringAsync(url);\n" + members).HasMarkedFindings();

        var finding = Assert.Single(findings);
        Assert.Contains(chain, finding.GetMessage());
        Assert.Equal(1 + helpers, finding.AdditionalLocations.Count);
    }

    [Fact]
    public async Task A_begin_in_another_file_is_named_with_the_file()
    {
        var code = TestCode.Of("""
            public partial class Orders
            {
                private Npgsql.NpgsqlTransaction tx;
                private readonly Npgsql.NpgsqlConnection conn;

                public Orders(Npgsql.NpgsqlConnection conn)
                {
                    this.conn = conn;
                    tx = conn.BeginTransaction();
                }
            }
            """, "src/Orders.cs").WithFile("src/Program2.cs", """
            public class Worker
            {
                public async Task RunAsync(Npgsql.NpgsqlConnection conn, HttpClient http)
                {
                    var orders = new Orders(conn);
                    await Dapper.SqlMapper.QueryAsync(conn, "SELECT 1");
                    await http.GetStringAsync("/"); // expect: PGTX101
                }
            }
            """);

        var finding = Assert.Single(await code.HasMarkedFindings());
        Assert.StartsWith("The transaction begun at line 5 stays", finding.GetMessage());
        Assert.Equal(["new Orders(conn)"], finding.OtherTexts());
    }

    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);", "await conn.QueryAsync(\"SELECT 1\");", "transaction", "The transaction begun at line")]
    [InlineData("await db.Database.BeginTransactionAsync(ct);", "await db.SaveChangesAsync(ct);", "facade", "The transaction begun at line")]
    [InlineData("using var tx = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);", "await db.SaveChangesAsync(ct);", "scope", "The TransactionScope created at line")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN\");", "await conn.QueryAsync(\"SELECT 1\");", "sql", "The transaction begun at line")]
    public async Task The_kind_of_the_region_is_said(string begin, string command, string kind, string subject)
    {
        var finding = Assert.Single(await TestCode.Method($"{begin}\n{command}\nawait http.GetStringAsync(url, ct); // expect: PGTX101").HasMarkedFindings());

        Assert.Equal(kind, finding.Properties["pgtx.region"]);
        Assert.StartsWith(subject, finding.GetMessage());
    }

    [Theory]
    [InlineData("NpgsqlTransaction")]
    [InlineData("DbTransaction")]
    [InlineData("System.Data.IDbTransaction")]
    [InlineData("Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction")]
    public async Task A_transaction_parameter_is_the_caller_s_and_open(string type)
    {
        var code = TestCode.Method("", $$"""
            public static async Task Inner({{type}} tx, HttpClient http, string url)
            {
                await http.GetStringAsync(url); // expect: PGTX101
            }
            """);

        var finding = Assert.Single(await code.HasMarkedFindings());
        Assert.Equal("The caller's transaction stays idle in transaction while 'HttpClient.GetStringAsync' (an HTTP call) runs", finding.GetMessage());
        Assert.Equal("parameter", finding.Properties["pgtx.region"]);
        Assert.Equal([type + " tx"], finding.OtherTexts());
    }

    [Fact]
    public async Task It_is_a_warning_with_a_page_and_says_so_once_per_call()
    {
        var findings = await TestCode.Method("""
            await using var outer = await conn.BeginTransactionAsync(ct);
            await using var other = await source.OpenConnectionAsync(ct);
            await using var inner = await other.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await other.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await inner.CommitAsync(ct);
            await outer.CommitAsync(ct);
            """).Counting("PGTX101").HasMarkedFindings();

        var finding = Assert.Single(findings);
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.EndsWith("/docs/rules/PGTX101.md", finding.Descriptor.HelpLinkUri);

        // Of two transactions the one that costs more is named.
        Assert.Contains("UPDATE orders", finding.GetMessage());
        Assert.Equal(["conn.BeginTransactionAsync(ct)"], finding.OtherTexts());
    }

    [Fact]
    public Task A_call_that_reaches_a_sink_and_a_wait_is_held_by_the_sink() => TestCode.Method(
        Begin + "await BothAsync(http, url); // expect: PGTX101" + Commit,
        """
        async Task BothAsync(HttpClient http, string url)
        {
            await Task.Delay(100);
            await http.GetStringAsync(url);
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method(Begin + """
        #pragma warning disable PGTX101 // agreed with the other team
        await http.GetStringAsync(url, ct);
        #pragma warning restore PGTX101
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """ + Commit).HasMarkedFindings();

    [Fact]
    public Task An_attribute_silences_a_member() => TestCode.Method("", """
        [System.Diagnostics.CodeAnalysis.SuppressMessage("HeldTransactions", "PGTX101")]
        public static async Task Inner(NpgsqlTransaction tx, HttpClient http, string url) => await http.GetStringAsync(url);
        """).IsQuiet();

    [Theory]
    [InlineData(ReportDiagnostic.Suppress, null)]
    [InlineData(ReportDiagnostic.Error, DiagnosticSeverity.Error)]
    public async Task The_severity_is_the_user_s(ReportDiagnostic given, DiagnosticSeverity? reported)
    {
        var findings = await TestCode.Method(Begin + "await http.GetStringAsync(url, ct);" + Commit).WithSeverity("PGTX101", given).WithSeverity("PGTX110", ReportDiagnostic.Suppress).Findings();

        Assert.Equal(reported, findings.SingleOrDefault()?.Severity);
    }

    [Theory]
    [InlineData("pgtx.safe_calls", "M:System.Net.Http.HttpClient.GetStringAsync", false)]
    [InlineData("pgtx.safe_calls", "M:System.Net.Http.HttpClient.PutAsync", true)]
    public async Task A_safe_call_is_quiet(string key, string value, bool found)
    {
        var findings = await TestCode.Method(Begin + "await http.GetStringAsync(url, ct);" + Commit).WithOption(key, value).Findings();

        Assert.Equal(found, findings.Any(f => f.Id == "PGTX101"));
    }

    [Fact]
    public Task A_call_of_the_user_s_own_by_option() => TestCode.Method(
        Begin + "await Ledger.PostAsync(); // expect: PGTX101" + Commit,
        "private static class Ledger { public static Task PostAsync() => Task.CompletedTask; }")
        .WithOption("pgtx.external_calls", "M:Service.Ledger.PostAsync")
        .HasMarkedFindings();

    [Fact]
    public Task A_helper_that_the_user_says_is_safe_is_not_followed() => TestCode.Method(
        Begin + "await Ledger.PostAsync(http, url);" + Commit,
        "private static class Ledger { public static Task PostAsync(HttpClient http, string url) => http.GetStringAsync(url); }")
        .WithOption("pgtx.safe_calls", "M:Service.Ledger.PostAsync*")
        .IsQuiet();

    private static async Task<Diagnostic> Only(string source) => Assert.Single(await TestCode.Of(source).HasMarkedFindings());
}
