using System.Data.Common;
using System.Text;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class ConnectionStringTextTests(ITestOutputHelper output)
{
    private const int Npgsql = 10;

    [Theory]
    [InlineData("Host=db;Port=6432", "Host=db", "Port=6432")]
    [InlineData(" host = db ; PORT=\t6432 ;; ", "Host=db", "Port=6432")]
    [InlineData("Server=a;DB=b;User Id=c;UID=d", "Host=a", "Database=b", "Username=c", "Username=d")]
    [InlineData("MaxPoolSize=5;Maximum Pool Size=6", "MaxPoolSize=5", "MaxPoolSize=6")]
    [InlineData("Options='-c x=''y;z'' ';Search Path=\"a,\"\"B\"\"\"", "Options=-c x='y;z' ", "SearchPath=a,\"B\"")]
    [InlineData("Host=a=b", "Host=a=b")]
    [InlineData("Host=\nDatabase=x", "Host=Database=x")]
    [InlineData("Host=;Port=1", "Host=", "Port=1")]
    [InlineData("Host=''", "Host=")]
    [InlineData("Max Pool Size=5", "?=5")]
    [InlineData("a==b=c", "?=c")]
    public void Pairs_are_read_as_the_builder_reads_them(string text, params string[] pairs)
    {
        var parsed = ConnectionStringText.Parse(text);
        Assert.True(parsed.IsWellFormed);
        Assert.Equal(pairs, parsed.Entries.Select(entry => $"{entry.Keyword?.Keyword.ToString() ?? "?"}={entry.Value}"));
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("=a")]
    [InlineData("Host='a")]
    [InlineData("Host='a'b")]
    [InlineData("Host=a'")]
    [InlineData("Ho\tst=a")]
    [InlineData("Host=\u0001")]
    [InlineData("postgres://user@host/db")]
    public void What_the_builder_refuses_is_not_well_formed(string text) => Assert.False(ConnectionStringText.Parse(text).IsWellFormed);

    [Fact]
    public void Random_texts_are_read_as_the_builder_reads_them()
    {
        string[] pieces = ["Host", "Database", "=", "==", ";", "'", "\"", "''", " ", "a", "b=c", "\n", "\t", "\u0001", "é", ",", "x y", "Port=1;", "k='v';", "k=\"a;b\"", "{", "}", "="];
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int wellFormed = 0;
        for (int i = 0; i < 50_000; i++)
        {
            var builder = new StringBuilder();
            for (int n = random.Next(1, 10); n > 0; n--)
                builder.Append(pieces[random.Next(pieces.Length)]);
            string text = builder.ToString();
            var expected = ReadByTheFramework(text);
            var actual = ConnectionStringText.Parse(text);
            Assert.True(expected is not null == actual.IsWellFormed, $"seed {seed}: {text}");
            if (expected is null)
                continue;
            wellFormed++;
            Assert.Equal(expected, Last(actual));
        }

        Assert.True(wellFormed > 5_000);
    }

    [Fact]
    public void Every_spelling_finds_its_keyword_and_none_finds_two()
    {
        var spellings = ConnectionKeywords.All.SelectMany(info => info.Synonyms.Add(info.Name).Add(info.Keyword.ToString()).Distinct(StringComparer.OrdinalIgnoreCase), (info, name) => (info, name)).ToList();
        Assert.All(spellings, spelling => Assert.Same(spelling.info, ConnectionKeywords.Find(spelling.name.ToUpperInvariant())));
        Assert.All(["Max Pool Size", "Min Pool Size", "Keep Alive", "Time Zone", "Connection Timeout", "Data Source", "Initial Catalog", "User", "", "Host "], name => Assert.Null(ConnectionKeywords.Find(name)));
        Assert.Equal(Enum.GetValues<ConnectionKeyword>(), ConnectionKeywords.All.Select(info => info.Keyword));
    }

    [Fact]
    public void Defaults_and_keywords_are_those_of_the_version()
    {
        var text = ConnectionStringText.Parse("Host=db;Pooling=;Enlist=1");
        Assert.Equal(("3600", "0"), (text.ValueOf(ConnectionKeyword.ConnectionLifetime, 9), text.ValueOf(ConnectionKeyword.ConnectionLifetime, 8)));
        Assert.Equal((true, false, null), (text.BooleanOf(ConnectionKeyword.Pooling, Npgsql), text.BooleanOf(ConnectionKeyword.NoResetOnClose, Npgsql), text.BooleanOf(ConnectionKeyword.Enlist, Npgsql)));
        Assert.Equal((0, 100, null), (text.NumberOf(ConnectionKeyword.MaxAutoPrepare, Npgsql), text.NumberOf(ConnectionKeyword.MaxPoolSize, Npgsql), text.NumberOf(ConnectionKeyword.SearchPath, Npgsql)));
        Assert.Equal((true, false), (ConnectionKeywords.Of(ConnectionKeyword.Multiplexing).Exists(10), ConnectionKeywords.Of(ConnectionKeyword.Multiplexing).Exists(11)));
        Assert.Equal((false, true), (ConnectionKeywords.Of(ConnectionKeyword.SslNegotiation).Exists(8), ConnectionKeywords.Of(ConnectionKeyword.SslNegotiation).Exists(9)));
    }

    [Theory]
    [InlineData("Host=a", "a:5432")]
    [InlineData("Host=a;Port=6432", "a:6432")]
    [InlineData("Host=a, b:6432 ,c;Port=1", "a:1", "b:6432", "c:1")]
    [InlineData("Host=[::1]:6432", "[::1]:6432")]
    [InlineData("Host=::1", "::1:5432")]
    [InlineData("Host=/var/run/postgresql", "/var/run/postgresql:5432")]
    [InlineData("Host=a;Port=\uFFFC", "a:")]
    [InlineData("Host=\uFFFC")]
    [InlineData("Database=a")]
    public void Hosts(string text, params string[] hosts)
        => Assert.Equal(hosts, ConnectionStringText.Parse(text).Hosts(Npgsql).Select(host => $"{host.Name}:{host.Port}"));

    [Fact]
    public void Places()
    {
        const string Text = "Host=db ; Search Path = 'a b' ;Port=1";
        var entries = ConnectionStringText.Parse(Text).Entries;
        Assert.Equal(["Host|db|Host=db", "Search Path|a b|Search Path = 'a b'", "Port|1|Port=1"], entries.Select(entry => $"{Of(entry.KeySpan)}|{Of(entry.ValueSpan)}|{Of(entry.Span)}"));
        static string Of(SqlSpan span) => Text.Substring(span.Start, span.Length);
    }

    [Fact]
    public void A_secret_is_nowhere_but_in_the_text()
    {
        var text = ConnectionStringText.Parse("Host=db;Password='s3;cret';PWD=s3cret;SSL Password=s3cret;Psw=s3cret;Passwort=s3cret;Username=me");
        Assert.DoesNotContain("s3", text.ToString() + string.Concat(text.Entries.Where(entry => entry.Keyword != null).Select(entry => entry.Value)), StringComparison.Ordinal);
        Assert.Equal("Host=db;Password=…;PWD=…;SSL Password=…;Psw=…;Passwort=…;Username=me", text.ToString());
        Assert.Null(text.ValueOf(ConnectionKeyword.Password, Npgsql));
    }

    [Theory]
    [InlineData("Host=db;Port=\uFFFC", true, false)]
    [InlineData("\uFFFC;Port=6432", true, true)]
    [InlineData("Host=db;\uFFFC", true, true)]
    [InlineData("\uFFFC", true, true)]
    [InlineData("\uFFFC=x;Host=a", true, true)]
    [InlineData("Host=db;\uFFFC;Port=6432;Pooling=false", true, true)]
    public void Unknown_pieces(string text, bool wellFormed, bool partial)
    {
        var parsed = ConnectionStringText.Parse(text);
        Assert.Equal((wellFormed, partial), (parsed.IsWellFormed, parsed.IsPartial));
        Assert.Equal(partial ? null : "False", parsed.ValueOf(ConnectionKeyword.NoResetOnClose, Npgsql));
        Assert.True(text.Contains("6432", StringComparison.Ordinal) == (parsed.NumberOf(ConnectionKeyword.Port, Npgsql) == 6432));
    }

    [Theory]
    [InlineData("Host=db;Database=x", true)]
    [InlineData("Database=x", false)]
    [InlineData("Host=", false)]
    [InlineData("Host=db;Initial Catalog=x", false)]
    [InlineData("Host=db;Port", false)]
    [InlineData("Server=x;Trusted_Connection=True", false)]
    [InlineData("https://example.com/?host=a", false)]
    public void What_Npgsql_would_take(string text, bool expected) => Assert.Equal(expected, ConnectionStringText.Parse(text).IsForNpgsql);

    private static SortedDictionary<string, string>? ReadByTheFramework(string text)
    {
        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = text };
            return new SortedDictionary<string, string>(builder.Keys.Cast<string>().ToDictionary(key => key.ToLowerInvariant(), key => (string)builder[key]), StringComparer.Ordinal);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The last value of each key. An empty one without quotes takes the key away.</summary>
    private static SortedDictionary<string, string> Last(ConnectionStringText parsed)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in parsed.Entries)
        {
            bool quoted = entry.ValueSpan.End != entry.Span.End;
            if (entry.IsEmpty && !quoted)
                values.Remove(entry.Key.ToLowerInvariant());
            else
                values[entry.Key.ToLowerInvariant()] = entry.Value ?? "";
        }

        return values;
    }
}
