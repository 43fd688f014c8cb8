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

    /// <summary>A data source of an earlier Npgsql throws when it is built with the keyword.</summary>
    [Theory]
    [InlineData("\"Host=pg1,pg2;Database=shop\"")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"pg1,pg2\", Database = \"shop\" }.ConnectionString")]
    public async Task Before_Npgsql_10_it_is_not(string text) => await Code(text).WithReferences(ReferenceSet.Npgsql9Ef8).Fix("PGTX211").IsNotOffered();

    [Fact]
    public async Task A_connection_takes_it_at_every_version()
    {
        await Connection("\"Host=pg1,pg2;Database=shop\"", " // expect: PGTX211").WithReferences(ReferenceSet.Npgsql9Ef8).Fix("PGTX211", Key)
            .Becomes(Connection("\"Host=pg1,pg2;Database=shop;Target Session Attributes=read-write\"").WithReferences(ReferenceSet.Npgsql9Ef8));

        static TestCode Connection(string text, string mark = "") => TestCode.Of($$"""
            using Npgsql;

            public static class Data
            {
                public static NpgsqlConnection Create()
                {
                    return new NpgsqlConnection({{text}});{{mark}}
                }
            }
            """);
    }

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
