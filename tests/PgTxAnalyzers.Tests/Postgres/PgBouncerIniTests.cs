using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class PgBouncerIniTests
{
    private const string Full = """
        ;; the pooler of the shop
        # pool_mode = statement
        [databases]
        shop = host=10.0.0.1 port=5432 dbname=shop pool_mode=transaction password='it''s secret'
        "odd ""name" = dbname=odd
        reports = host=10.0.0.2 pool_mode = session connect_query='SELECT 1; --'
        * = host=fallback

        [users]
        batch = pool_mode=statement max_user_connections=10

        [PgBouncer]
        listen_port = 6432
        pool_mode=session ; not a comment
        pool_mode = session
        ignore_startup_parameters = extra_float_digits, Search_Path
        max_prepared_statements = 100
        server_lifetime = 1200.5
        %include /etc/pgbouncer/more.ini
        """;

    private static readonly PgBouncerIni Ini = PgBouncerIni.Parse(Full);

    [Fact]
    public void Settings()
    {
        Assert.Equal(PgBouncerPoolMode.Session, Ini.PoolMode);
        Assert.Equal(["extra_float_digits", "search_path"], Ini.IgnoredStartupParameters);
        Assert.Equal(["intervalstyle"], Ini.TrackedExtraParameters);
        Assert.Equal((100, 1200.5, 6432.0, null), (Ini.MaxPreparedStatements, Ini.ServerLifetime, Ini.NumberOf("LISTEN_PORT"), Ini.NumberOf("server_idle_timeout")));
        Assert.True(Ini.HasIncludes);
    }

    [Theory]
    [InlineData("shop", null, "Transaction")]
    [InlineData("reports", null, "Session")]
    [InlineData("other", null, "Session")]
    [InlineData(null, null, "Session")]
    [InlineData("shop", "batch", "Statement")]
    [InlineData("shop", "me", "Transaction")]
    public void A_mode_per_user_and_per_database(string? database, string? user, string mode) => Assert.Equal(mode, Ini.PoolModeOf(database, user).ToString());

    [Fact]
    public void The_widest_mode_is_that_of_any_client()
    {
        Assert.Equal(PgBouncerPoolMode.Statement, Ini.WidestPoolMode);
        Assert.Equal(PgBouncerPoolMode.Transaction, PgBouncerIni.Parse("[databases]\na = pool_mode=transaction").WidestPoolMode);
        Assert.Equal(PgBouncerPoolMode.Session, PgBouncerIni.Parse("").WidestPoolMode);
    }

    [Fact]
    public void Databases_have_names_and_settings_and_no_passwords()
    {
        Assert.Equal(["shop", "odd \"name", "reports", "*"], Ini.Databases.Select(database => database.Name));
        Assert.Equal(("10.0.0.1", "5432", ""), (Ini.Databases[0].Settings["host"], Ini.Databases[0].Settings["port"], Ini.Databases[0].Settings["password"]));
        Assert.Equal(("SELECT 1; --", "session"), (Ini.Databases[2].Settings["connect_query"], Ini.Databases[2].Settings["pool_mode"]));
    }

    [Fact]
    public void Entries_have_their_lines_and_places()
    {
        var entry = Ini.Find("max_prepared_statements")!;
        Assert.Equal(("pgbouncer", "100"), (entry.Section, entry.Value));
        Assert.Equal("max_prepared_statements = 100", Full.Split('\n')[entry.Line].Trim());
        Assert.Equal(("max_prepared_statements", "100"), (Full.Substring(entry.KeySpan.Start, entry.KeySpan.Length), Full.Substring(entry.ValueSpan.Start, entry.ValueSpan.Length)));
    }

    [Theory]
    [InlineData("[pgbouncer]\r\npool_mode = transaction\r\n", "Transaction")]
    [InlineData("\uFEFF[pgbouncer]\npool_mode=STATEMENT", "Statement")]
    [InlineData("[pgbouncer]\npool_mode = transaction\npool_mode = session", "Session")]
    [InlineData("[pgbouncer]\npool_mode = sometimes", "Session")]
    [InlineData("[pgbouncer]\n;pool_mode = transaction", "Session")]
    [InlineData("pool_mode = transaction", "Session")]
    [InlineData("[other]\npool_mode = transaction", "Session")]
    [InlineData("[pgbouncer\npool_mode = transaction", "Session")]
    public void The_general_mode(string text, string mode) => Assert.Equal(mode, PgBouncerIni.Parse(text).PoolMode.ToString());

    [Fact]
    public void Tracked_parameters_replace_the_default()
        => Assert.Equal(["intervalstyle", "search_path"], PgBouncerIni.Parse("[pgbouncer]\ntrack_extra_parameters = IntervalStyle, search_path").TrackedExtraParameters);

    [Fact]
    public void Every_cut_and_every_broken_text_is_read_without_an_exception()
    {
        for (int length = 0; length <= Full.Length; length++)
        {
            var ini = PgBouncerIni.Parse(Full.Substring(0, length));
            Assert.All(ini.Entries, entry => Assert.True(entry.ValueSpan.End <= length));
        }

        string[] pieces = ["[", "]", "databases", "users", "pgbouncer", "\n", "\r\n", "=", " ", "'", "\"", "''", "\"\"", ";", "#", "%include", "a", "pool_mode", "transaction", ",", "*", "\0", "max_prepared_statements=", "9999999999"];
        var random = new Random(42);
        for (int i = 0; i < 50_000; i++)
        {
            var ini = PgBouncerIni.Parse(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => pieces[random.Next(pieces.Length)])));
            Assert.True(ini.WidestPoolMode >= ini.PoolMode && ini.MaxPreparedStatements is null or >= 0);
        }
    }
}
