using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Bodies that run without looking like a call: properties, indexers, operators, conversions, constructors and their initialisers.</summary>
public class HiddenCallTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private const string Members = """
        private sealed class Rate(HttpClient http)
        {
            public int Count => http.GetAsync("/rate").Result.Headers.Count();

            public string Text
            {
                get => "";
                set => http.PostAsync(value, null).Wait();
            }

            public string Doubled { get => Text; set => Text = value + value; }

            public Rate Other { get; set; } = null!;

            public int this[string key]
            {
                get => 1;
                set => http.PostAsync(key, null).Wait();
            }

            public static Rate operator +(Rate a, Rate b)
            {
                Ask();
                return a;
            }

            public static Rate operator -(Rate a) => a;

            public static Rate operator ++(Rate a)
            {
                Ask();
                return a;
            }

            public static explicit operator int(Rate a)
            {
                Ask();
                return 1;
            }

            public static implicit operator string(Rate a)
            {
                Ask();
                return "";
            }

            private static void Ask() => new HttpClient().Send(new HttpRequestMessage());
        }

        private abstract class Base
        {
            protected Base() => new HttpClient().Send(new HttpRequestMessage());

            protected Base(HttpClient http) => http.Send(new HttpRequestMessage());

            protected Base(int n) { }
        }

        private sealed class Implied : Base
        {
            public Implied() { }
        }

        private sealed class Explicit : Base
        {
            public Explicit(HttpClient http) : base(http) { }

            public Explicit(HttpClient http, int n) : this(http) { }

            public Explicit(int n) : base(n) { }
        }

        private abstract class Repository(NpgsqlConnection conn)
        {
            protected void Commit(NpgsqlTransaction tx) => conn.Execute("COMMIT");

            protected void Touch() => conn.Execute("UPDATE orders SET n = 1");
        }

        private sealed class Orders(NpgsqlConnection conn, HttpClient http) : Repository(conn)
        {
            public void Add()
            {
                using var tx = conn.BeginTransaction();
                Touch();
                http.Send(new HttpRequestMessage()); // expect: PGTX101
            }
        }

        private sealed class Box
        {
            private NpgsqlTransaction? kept;

            public NpgsqlTransaction? Current
            {
                get => kept;
                set => kept = value;
            }

            public NpgsqlTransaction Ended
            {
                set => value.Commit();
            }
        }
        """;

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["a getter of the name Count"] = "_ = new Rate(http).Count; // expect: PGTX101",
        ["a setter"] = "new Rate(http).Text = url; // expect: PGTX101",
        ["a setter that is appended to"] = "new Rate(http).Text += url; // expect: PGTX101",
        ["a setter through another, by its bare name"] = "new Rate(http).Doubled = url; // expect: PGTX101",
        ["a setter in an object initialiser"] = "_ = new Rate(http) { Text = url }; // expect: PGTX101",
        ["an indexer's setter"] = "new Rate(http)[url] = 1; // expect: PGTX101",
        ["an indexer's getter"] = "_ = new Rate(http)[url];",
        ["an automatic property"] = "new Rate(http).Other = null!;",
        ["a binary operator"] = "_ = new Rate(http) + new Rate(http); // expect: PGTX101",
        ["a unary operator"] = "_ = -new Rate(http);",
        ["an operator in an assignment"] = "var r = new Rate(http); r += r; // expect: PGTX101",
        ["an increment"] = "var r = new Rate(http); r++; // expect: PGTX101",
        ["an explicit conversion"] = "_ = (int)new Rate(http); // expect: PGTX101",
        ["an implicit conversion"] = "url = new Rate(http); // expect: PGTX101",
        ["a base constructor that nobody mentions"] = "_ = new Implied(); // expect: PGTX101",
        ["a base constructor"] = "_ = new Explicit(http); // expect: PGTX101",
        ["a constructor that goes on with another one"] = "_ = new Explicit(http, 1); // expect: PGTX101",
        ["a base constructor that does nothing"] = "_ = new Explicit(1);",
        ["a setter that keeps the transaction"] = "var box = new Box(); box.Current = tx; box.Current.Commit(); await http.GetStringAsync(url, ct);",
        ["a setter that ends the transaction"] = "new Box().Ended = tx; await http.GetStringAsync(url, ct);",
        ["a setter that keeps it, and nobody ends it"] = "var box = new Box(); box.Current = tx; await http.GetStringAsync(url, ct); // expect: PGTX101",
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task What_a_hidden_call_reaches_holds_the_transaction(string shape) =>
        TestCode.Method(Begin + Bodies[shape], Members).Counting("PGTX101", "PGTX103").HasMarkedFindings();
}
