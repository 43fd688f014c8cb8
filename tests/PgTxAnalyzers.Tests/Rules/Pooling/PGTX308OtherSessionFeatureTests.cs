
namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Cursors, libraries and sequence values behind a pooler.</summary>
public class PGTX308OtherSessionFeatureTests
{
    private const string Id = "PGTX308";

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"DECLARE c CURSOR WITH HOLD FOR SELECT 1\"); // expect: PGTX308")]
    [InlineData("await conn.ExecuteAsync(\"DECLARE c CURSOR FOR SELECT 1\"); // expect: PGTX308")]
    [InlineData("await conn.ExecuteAsync(\"LOAD 'auto_explain'\"); // expect: PGTX308")]
    [InlineData("await conn.ExecuteScalarAsync<long>(\"SELECT currval('s')\"); // expect: PGTX308")]
    [InlineData("await conn.ExecuteScalarAsync<long>(\"SELECT lastval()\"); // expect: PGTX308")]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"DECLARE c CURSOR WITH HOLD FOR SELECT 1\"); // expect: PGTX308")]
    public Task Each_is_found(string statements) => Pooled.Method(statements, counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"DECLARE c CURSOR FOR SELECT 1\");\nawait conn.ExecuteAsync(\"INSERT INTO t VALUES (1)\");\nawait conn.ExecuteScalarAsync<long>(\"SELECT currval('s')\");")]
    [InlineData("await conn.ExecuteScalarAsync<long>(\"INSERT INTO t VALUES (1); SELECT lastval()\");")]
    [InlineData("await conn.ExecuteScalarAsync<long>(\"SELECT nextval('s'), currval('s')\");")]
    [InlineData("await conn.ExecuteAsync(\"DECLARE c CURSOR FOR SELECT 1; FETCH ALL FROM c\");")]
    [InlineData("await conn.ExecuteAsync(\"DO $$ DECLARE n int; BEGIN n := 1; END $$\");")]
    [InlineData("await conn.ExecuteAsync(\"SELECT 'LOAD', 'currval()'\");")]
    public Task In_its_transaction_or_text_it_is_quiet(string statements) => Pooled.Method(statements, counted: Id).IsQuiet();

    [Fact]
    public async Task The_message_says_what_comes_back()
    {
        var finding = await Pooled.Method("await conn.ExecuteScalarAsync<long>(\"SELECT currval('s')\"); // expect: PGTX308").Only(Id);
        Assert.StartsWith("It fails with 55000, or gives the number of another client: 'currval' belongs to the session", finding.GetMessage());
        Assert.Equal("currval('s')", Pooled.Underlined(finding));
    }
}
