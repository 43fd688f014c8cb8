using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Local functions, lambdas and method groups: what runs now, what runs later, and in which state.</summary>
public class FunctionTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["a local function, called inside"] = """
            await Send(); // expect: PGTX101
            await tx.CommitAsync(ct);
            async Task Send() => await http.GetStringAsync(url, ct);
            """,
        ["a local function, called inside and after"] = """
            await Send(); // expect: PGTX101
            await tx.CommitAsync(ct);
            await Send();
            async Task Send() => await http.GetStringAsync(url, ct);
            """,
        ["a local function that is never called"] = """
            await tx.CommitAsync(ct);
            #pragma warning disable CS8321
            async Task Send() => await http.GetStringAsync(url, ct);
            """,
        ["a local function that commits"] = """
            await Done();
            await http.GetStringAsync(url, ct);
            async Task Done() => await tx.CommitAsync(ct);
            """,
        ["a local function that begins"] = """
            await tx.CommitAsync(ct);
            var own = await Start();
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await own.CommitAsync(ct);
            async Task<NpgsqlTransaction> Start() => await conn.BeginTransactionAsync(ct);
            """,
        ["a lambda that a local function runs"] = """
            var send = async () => await http.GetStringAsync(url, ct);
            await Outer(); // expect: PGTX101
            async Task Outer()
            {
                await send();
            }
            """,
        ["a lambda behind a certain failure"] = """
            var again = await conn.BeginTransactionAsync(ct); // expect: PGTX703
            await Task.Run(async () =>
            {
                await using var own = await new NpgsqlConnection().BeginTransactionAsync(ct);
                await http.GetStringAsync(url, ct);
            });
            """,
        ["a task that a lambda in a local function hands out"] = """
            await Outer(); // expect: PGTX101
            async Task Outer()
            {
                await Task.Run(async () =>
                {
                    await Task.Run(() => http.GetStringAsync(url, ct));
                });
            }
            """,
        ["a local function inside a local function"] = """
            await Outer(); // expect: PGTX101
            async Task Outer()
            {
                await Inner();
                async Task Inner() => await http.GetStringAsync(url, ct);
            }
            """,
        ["a local function with a transaction of its own"] = """
            await tx.CommitAsync(ct);
            await Own();
            async Task Own()
            {
                await using var mine = await conn.BeginTransactionAsync(ct);
                await conn.QueryAsync("SELECT 1");
                await http.GetStringAsync(url, ct); // expect: PGTX101
                await mine.CommitAsync(ct);
            }
            """,
        ["a local function that calls itself"] = """
            await Down(3); // expect: PGTX101
            async Task Down(int n)
            {
                await http.GetStringAsync(url, ct);
                if (n > 0)
                    await Down(n - 1);
            }
            """,
        ["a lambda that is kept and called inside"] = """
            var send = async () => await http.GetStringAsync(url, ct); // expect: PGTX101
            await send();
            await tx.CommitAsync(ct);
            """,
        ["a lambda that is kept and called after"] = """
            var send = async () => await http.GetStringAsync(url, ct);
            await tx.CommitAsync(ct);
            await send();
            """,
        ["a lambda that commits"] = """
            Func<Task> done = () => tx.CommitAsync(ct);
            await done();
            await http.GetStringAsync(url, ct);
            """,
        ["a lambda given to somebody who runs it at once"] = """
            await RunAsync(() => http.GetStringAsync(url, ct)); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a lambda given to somebody who keeps it"] = """
            Keep(() => http.GetStringAsync(url, ct));
            await tx.CommitAsync(ct);
            """,
        ["a method group"] = """
            await RunAsync(Ping); // expect: PGTX101
            await tx.CommitAsync(ct);
            async Task Ping() => await http.GetStringAsync(url, ct);
            """,
        ["EF Core's execution strategy"] = """
            await tx.CommitAsync(ct);
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var inner = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await http.GetStringAsync(url, ct); // expect: PGTX101
                await inner.CommitAsync(ct);
            });
            """,
        ["a loop that a library runs"] = """
            url.ToList().ForEach(c => http.Send(new HttpRequestMessage(), ct)); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a delegate that is nobody's"] = """
            Action? none = null;
            none?.Invoke();
            await tx.CommitAsync(ct);
            """,
        ["a helper that sends"] = """
            await SendAsync(http, url); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a helper that commits"] = """
            await DoneAsync(tx);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that always throws ends the path"] = """
            if (url.Length > 3)
                Fail();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that begins by a command's text, which a using disposes"] = """
            await tx.CommitAsync(ct);
            await StartByTextAsync(conn);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await conn.ExecuteAsync("COMMIT");
            """,
        ["a helper that begins by text behind a commit"] = """
            await tx.CommitAsync(ct);
            await StartAgainAsync(conn);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a helper whose isolation level has the word commit in it"] = """
            await tx.CommitAsync(ct);
            await StartReadCommittedAsync(db);
            await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await db.Database.CommitTransactionAsync(ct);
            """,
        ["a flag that is asked here and in a lambda"] = """
            await tx.CommitAsync(ct);
            var owns = url.Length > 3;
            var mine = owns ? await conn.BeginTransactionAsync(ct) : null;
            await RunAsync(async () =>
            {
                if (owns)
                    await mine!.CommitAsync(ct);
                await http.GetStringAsync(url, ct);
            });
            """,
        ["a flag that a loop asks each time"] = """
            await tx.CommitAsync(ct);
            var owns = url.Length > 3;
            foreach (var letter in url)
            {
                if (owns)
                {
                    await conn.ExecuteAsync("BEGIN"); // expect: PGTX703
                }
                else
                {
                    await http.GetStringAsync(url, ct);
                }
            }
            """,
        ["a helper that runs forever ends the path"] = """
            if (url.Length > 3)
                Forever();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that returns, and whose finally block throws, ends the path"] = """
            if (url.Length > 3)
                FailInsteadOfReturning();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose loop goes on before it can be left ends the path"] = """
            if (url.Length > 3)
                GoOnForever();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose loop throws before it can be left ends the path"] = """
            if (url.Length > 3)
                FailInLoop(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that throws in its finally block ends the path"] = """
            if (url.Length > 3)
                FailAtLast();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose local function throws ends the path"] = """
            if (url.Length > 3)
                await FailBelow();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose do loop throws ends the path"] = """
            if (url.Length > 3)
                FailAtOnce(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that throws in each branch ends the path"] = """
            if (url.Length > 3)
                FailEither(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that throws in each section of a switch ends the path"] = """
            if (url.Length > 3)
                FailByLength(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper that throws inside a using statement ends the path"] = """
            if (url.Length > 3)
                FailWithin();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose handler takes another exception ends the path"] = """
            if (url.Length > 3)
                FailPast();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a helper whose handler takes what it throws does not end the path"] = """
            if (url.Length > 3)
                FailAndGoOn();
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a helper that throws in all branches but one does not end the path"] = """
            if (url.Length > 3)
                FailUnlessShort(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a helper whose loop can be left does not end the path"] = """
            if (url.Length > 3)
                Once(url);
            else
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a task that a lambda in a local function hands out, in its own transaction"] = """
            await tx.CommitAsync(ct);
            await Own();
            async Task Own()
            {
                await using var mine = await conn.BeginTransactionAsync(ct);
                await conn.QueryAsync("SELECT 1");
                await RunAsync(() => http.GetStringAsync(url, ct)); // expect: PGTX101
                await mine.CommitAsync(ct);
            }
            """,
        ["a helper that begins, twice wrapped"] = """
            await tx.CommitAsync(ct);
            await using var mine = await StartAsync(conn);
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await mine.CommitAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["a nested helper through an interface"] = """
            ISender sender = new Sender(http);
            await sender.SendAsync(url); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
    };

    private const string Members = """
        private readonly List<Func<Task>> kept = [];

        void Keep(Func<Task> later) => kept.Add(later);

        static async Task RunAsync(Func<Task> now) => await now();

        static async Task SendAsync(HttpClient http, string url) => await http.GetStringAsync(url);

        static Task DoneAsync(NpgsqlTransaction tx) => tx.CommitAsync();

        static async Task StartByTextAsync(NpgsqlConnection conn)
        {
            await using var command = new NpgsqlCommand("START TRANSACTION", conn);
            await command.ExecuteNonQueryAsync();
        }

        static async Task StartReadCommittedAsync(ShopContext db)
        {
            await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted);
        }

        static async Task StartAgainAsync(NpgsqlConnection conn)
        {
            var mine = await conn.BeginTransactionAsync();
            await mine.CommitAsync();
            await conn.ExecuteAsync("BEGIN");
        }

        static void Forever()
        {
            while (true)
            {
            }
        }

        static void GoOnForever()
        {
            while (true)
            {
                continue;
                break;
            }
        }

        static void FailInLoop(string url)
        {
            while (true)
            {
                throw new InvalidOperationException();
                if (url.Length > 5)
                    break;
            }
        }

        static void FailInsteadOfReturning()
        {
            try
            {
                return;
            }
            finally
            {
                throw new InvalidOperationException();
            }
        }

        static void FailAtLast()
        {
            try
            {
            }
            finally
            {
                throw new InvalidOperationException();
            }
        }

        static async Task FailBelow()
        {
            await NowAsync();

            async Task NowAsync()
            {
                await Task.CompletedTask;
                throw new InvalidOperationException();
            }
        }

        static void Once(string url)
        {
            for (;;)
            {
                if (url.Length > 3)
                    break;
            }
        }

        static void Fail() => throw new InvalidOperationException();

        static void FailAtOnce(string url)
        {
            do
            {
                throw new InvalidOperationException();
            }
            while (url.Length > 3);
        }

        static void FailEither(string url)
        {
            if (url.Length > 3)
                throw new InvalidOperationException();
            else
                throw new ArgumentException(url);
        }

        static void FailByLength(string url)
        {
            switch (url.Length)
            {
                case 1:
                    Console.WriteLine(url);
                    throw new InvalidOperationException();
                default:
                    throw new ArgumentException(url);
            }
        }

        static void FailWithin()
        {
            using (var text = new System.IO.StringWriter())
            {
                throw new InvalidOperationException(text.ToString());
            }
        }

        static void FailPast()
        {
            try
            {
                throw new InvalidOperationException();
            }
            catch (HttpRequestException)
            {
            }
        }

        static void FailAndGoOn()
        {
            try
            {
                throw new InvalidOperationException();
            }
            catch (InvalidOperationException)
            {
            }
        }

        static void FailUnlessShort(string url)
        {
            if (url.Length > 3)
                throw new InvalidOperationException();
            else if (url.Length > 2)
                throw new ArgumentException(url);
        }

        static async Task<NpgsqlTransaction> StartAsync(NpgsqlConnection conn) => await InnerAsync(conn);

        static async Task<NpgsqlTransaction> InnerAsync(NpgsqlConnection conn) => await conn.BeginTransactionAsync();

        private interface ISender
        {
            Task SendAsync(string url);
        }

        private sealed class Sender(HttpClient http) : ISender
        {
            public Task SendAsync(string url) => http.GetStringAsync(url);
        }
        """;

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_function_runs_in_the_state_of_its_call(string shape) => TestCode.Method(Begin + Bodies[shape], Members).HasMarkedFindings();

    [Fact]
    public Task An_override_of_what_a_base_class_implements_is_followed() => TestCode.Method(Begin + """
        ISender sender = Pick(http);
        await sender.SendAsync(url); // expect: PGTX101
        await tx.CommitAsync(ct);
        """, """
        private static ISender Pick(HttpClient http) => new ByHttp(http);

        private interface ISender
        {
            Task SendAsync(string url);
        }

        private abstract class Sender : ISender
        {
            public abstract Task SendAsync(string url);
        }

        private sealed class ByHttp(HttpClient http) : Sender
        {
            public override Task SendAsync(string url) => http.GetStringAsync(url);
        }
        """).HasMarkedFindings();

    [Fact]
    public Task The_statements_of_a_program_are_a_body() => TestCode.Of("""
        using Dapper;
        using Npgsql;

        await using var conn = new NpgsqlConnection("Host=a");
        await conn.OpenAsync();
        using var http = new HttpClient();
        await using var tx = await conn.BeginTransactionAsync();
        await conn.QueryAsync("SELECT 1");
        await http.GetStringAsync("/"); // expect: PGTX101
        await Send(); // expect: PGTX101
        await tx.CommitAsync();
        await Send();

        async Task Send() => await http.GetStringAsync("/");
        """).HasMarkedFindings();

    [Fact]
    public Task Constructors_accessors_operators_and_finalisers_are_bodies() => TestCode.Method("", """
        private sealed class All(NpgsqlConnection conn, HttpClient http)
        {
            private readonly string text = "";

            public All(NpgsqlConnection conn) : this(conn, new HttpClient())
            {
                using var tx = conn.BeginTransaction();
                conn.Query("SELECT 1");
                new HttpClient().Send(new HttpRequestMessage()); // expect: PGTX101
                text = "x";
            }

            public string Text
            {
                get
                {
                    using var tx = conn.BeginTransaction();
                    conn.Query("SELECT 1");
                    http.Send(new HttpRequestMessage()); // expect: PGTX101
                    return text;
                }
            }

            public static All operator +(All a, All b)
            {
                using var tx = new NpgsqlConnection().BeginTransaction();
                tx.Connection!.Query("SELECT 1");
                new HttpClient().Send(new HttpRequestMessage()); // expect: PGTX101
                return a;
            }

            ~All()
            {
                using var tx = new NpgsqlConnection().BeginTransaction();
                tx.Connection!.Query("SELECT 1");
                new HttpClient().Send(new HttpRequestMessage()); // expect: PGTX101
            }
        }
        """).HasMarkedFindings();
}
