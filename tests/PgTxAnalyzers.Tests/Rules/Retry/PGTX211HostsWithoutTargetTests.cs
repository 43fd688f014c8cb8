using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Connection strings with several hosts.</summary>
public sealed class PGTX211HostsWithoutTargetTests
{
    private static TestCode Text(string expression, string mark = "") => TestCode.Of($$"""
        using Npgsql;

        public static class Strings
        {
            private const string Tail = "Target Session Attributes=any";

            public static object Make(string password, string rest)
            {
                return {{expression}};{{mark}}
            }
        }
        """);

    [Theory]
    [InlineData("\"Host=a.internal,b.internal;Database=shop\"")]
    [InlineData("\"host=a.internal:5432, b.internal:5433;Username=app\"")]
    [InlineData("\"Host=db.internal:5432,db.internal:5433;Username=app\"")]
    [InlineData("$\"Host=a.internal,b.internal;Password={password}\"")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"a.internal,b.internal\" }")]
    [InlineData("new NpgsqlDataSourceBuilder(\"Server=a.internal,b.internal\")")]
    public Task Several_hosts_are_found(string expression) => Text(expression, " // expect: PGTX211").Counting("PGTX211").HasMarkedFindings();

    [Theory]
    [InlineData("\"Host=a.internal;Password=x,y\"")]
    [InlineData("\"Host=a.internal,b.internal;Target Session Attributes=primary\"")]
    [InlineData("\"Host=a.internal,a.internal;Database=shop\"")]
    [InlineData("\"Server=db.internal,1433;Database=shop\"")]
    [InlineData("\"Server=tcp:db.internal,1433;Initial Catalog=shop\"")]
    [InlineData("\"Host=a.internal,b.internal;\" + Tail")]
    [InlineData("$\"Host=a.internal,b.internal;{rest}\"")]
    [InlineData("\"Hosts=a,b;Purpose=none\"")]
    [InlineData("\"Hello, host = you\"")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"a.internal,b.internal\", TargetSessionAttributes = \"any\" }")]
    [InlineData("new NpgsqlConnectionStringBuilder(\"Host=a.internal,b.internal\") { TargetSessionAttributes = \"any\" }")]
    public Task One_host_or_a_choice_or_another_text_is_quiet(string expression) => Text(expression).Counting("PGTX211").IsQuiet();

    [Fact]
    public Task A_multi_host_data_source_chooses_by_itself() => TestCode.Of("""
        using Npgsql;

        public static class Sources
        {
            public static NpgsqlDataSource Make() =>
                new NpgsqlDataSourceBuilder("Host=a.internal,b.internal").BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
        }
        """).Counting("PGTX211").IsQuiet();

    [Fact]
    public async Task The_message_counts_the_hosts_and_keeps_secrets_out()
    {
        var finding = Assert.Single(await Text("\"Host=a.internal,b.internal,c.internal;Password=hunter2\"", " // expect: PGTX211").Counting("PGTX211").HasMarkedFindings());

        Assert.Equal(
            "After a failover writes end with 25006 (read-only): the connection string names 3 hosts and does not say which of them, 'Target Session Attributes=read-write' is missing", finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }
}
