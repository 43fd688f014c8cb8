using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The string says which of its hosts is meant.</summary>
public sealed class PGTX211HostsWithoutTargetFixTests
{
    private const string Key = "PGTX211.ReadWrite";

    [Theory]
    [InlineData("\"Host=pg1,pg2;Database=shop\"", "\"Host=pg1,pg2;Database=shop;Target Session Attributes=read-write\"")]
    [InlineData("\"Host=pg1,pg2;Database=shop;\"", "\"Host=pg1,pg2;Database=shop;Target Session Attributes=read-write;\"")]
    [InlineData("@\"Host=pg1,pg2;Database=shop\"", "@\"Host=pg1,pg2;Database=shop;Target Session Attributes=read-write\"")]
    [InlineData("$\"Host=pg1,pg2;Database=shop;Username={user};Timeout=5\"", "$\"Host=pg1,pg2;Database=shop;Username={user};Timeout=5;Target Session Attributes=read-write\"")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"pg1,pg2\", Database = \"shop\" }.ConnectionString", "new NpgsqlConnectionStringBuilder { Host = \"pg1,pg2\", Database = \"shop\", TargetSessionAttributes = \"read-write\" }.ConnectionString")]
    public async Task It_is_added(string before, string after) => await Code(before).Fix("PGTX211", Key).Becomes(Code(after, mark: ""));

    private static TestCode Code(string text, string mark = " // expect: PGTX211") => TestCode.Of($$"""
        using Npgsql;

        public static class Data
        {
            public static NpgsqlDataSource Create(string user)
            {
                var text = {{text}};{{mark}}
                return NpgsqlDataSource.Create(text);
            }
        }
        """);
}
