using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Listeners behind a pooler: D100.</summary>
public class PGTX303ListenBehindPoolerTests
{
    private const string Id = "PGTX303";

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"LISTEN orders\");")]
    [InlineData("await conn.ExecuteAsync($\"LISTEN {url}\");")]
    [InlineData("await conn.ExecuteAsync(\"UNLISTEN *\");")]
    [InlineData("conn.Wait();")]
    [InlineData("conn.Wait(1000);")]
    [InlineData("await conn.WaitAsync(ct);")]
    [InlineData("conn?.Wait();")]
    [InlineData("conn.Notification += (_, e) => Console.WriteLine(e.Payload);")]
    public Task D100_each_part_of_a_listener_is_found(string statement) => Pooled.Method(statement + " // expect: PGTX303", counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"NOTIFY orders, 'x'\");")]
    [InlineData("await conn.ExecuteAsync(\"SELECT pg_notify('orders', 'x')\");")]
    [InlineData("await conn.ExecuteAsync(\"INSERT INTO notes VALUES ('LISTEN orders')\");")]
    [InlineData("Console.WriteLine(\"LISTEN orders\");")]
    [InlineData("conn.Notification -= null;")]
    [InlineData("conn.Notice += (_, e) => { };")]
    [InlineData("Task.Delay(1).Wait();")]
    [InlineData("await Task.Delay(1).WaitAsync(ct);")]
    public Task Sending_and_other_waits_are_quiet(string statement) => Pooled.Method(statement, counted: Id).IsQuiet();

    [Fact]
    public async Task The_message_says_what_to_do()
    {
        var finding = await Pooled.Method("await conn.WaitAsync(ct); // expect: PGTX303").Only(Id);
        Assert.Equal(
            "Notifications are lost without an error: 'NpgsqlConnection.WaitAsync' belongs to the session, which the pooler (pgtx.pooling = transaction) hands to another client after each transaction; a listener needs a direct connection of its own",
            finding.GetMessage());
    }

    [Fact]
    public Task D100_repaired_with_a_direct_connection() => TestCode.Method(
        """
        await using var own = new NpgsqlConnection("Host=db.internal;Port=5432;Username=app;Pooling=false;Keepalive=30");
        await own.OpenAsync(ct);
        own.Notification += (_, e) => Console.WriteLine(e.Payload);
        await own.ExecuteAsync("LISTEN orders");
        await own.WaitAsync(ct);
        """,
        "private const string Pooler = \"Host=pgbouncer;Port=6432;Username=app;No Reset On Close=true\";").Counting(Id).IsQuiet();

    [Fact]
    public Task A_method_that_makes_the_connection_is_followed() => TestCode.Method(
        """
        await using var own = await Open(ct);
        await own.ExecuteAsync("LISTEN orders");
        await using var pooled = Pool.CreateConnection();
        await pooled.ExecuteAsync("LISTEN orders"); // expect: PGTX303
        """,
        """
        private static readonly NpgsqlDataSource Pool = new NpgsqlDataSourceBuilder("Host=pgbouncer;Port=6432;Username=app;No Reset On Close=true").Build();
        private static readonly NpgsqlDataSource Own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder { Host = "db.internal", Username = "app" });
        private static ValueTask<NpgsqlConnection> Open(CancellationToken ct) => Own.OpenConnectionAsync(ct);
        """).Counting(Id).HasMarkedFindings();
}
