using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>SignalR's typed hubs: a call of the clients' own interface goes out to the clients where the hub has handed the object out, and nowhere else.</summary>
public sealed class TypedHubTests
{
    private const string Usings = """
        using Microsoft.AspNetCore.SignalR;
        using Npgsql;


        """;

    private const string Contract = """
        public interface IShelfView : INoted
        {
            Task Shelved(int id);
            Task<bool> Confirm(int id);
        }

        public interface INoted { Task Noted(string text); }

        public sealed class ShelfHub : Hub<IShelfView> { }
        """;

    private static string Work(string call, string members = "") => Usings + Contract + $$"""

        public sealed class Shelves(NpgsqlDataSource source, IHubContext<ShelfHub, IShelfView> hub, IShelfView printer)
        {
            public async Task RunAsync(int id, IReadOnlyList<string> users, CancellationToken ct)
            {
                await using var conn = await source.OpenConnectionAsync(ct);
                await using var tx = await conn.BeginTransactionAsync(ct);
                await using var command = new NpgsqlCommand("UPDATE shelves SET n = n + 1 WHERE id = 1", conn, tx);
                await command.ExecuteNonQueryAsync(ct);
                {{call}}
                await tx.CommitAsync(ct);
                await hub.Clients.All.Shelved(id);
                await printer.Shelved(id);
            }

            {{members}}
        }
        """;

    [Theory]
    [InlineData("await hub.Clients.All.Shelved(id); // expect: PGTX101")]
    [InlineData("await hub.Clients.User(users[0]).Shelved(id); // expect: PGTX101")]
    [InlineData("await hub.Clients.Users(\"a\", \"b\").Shelved(id); // expect: PGTX101")]
    [InlineData("await hub.Clients.AllExcept(users[0]).Noted(\"moved\"); // expect: PGTX101")]
    [InlineData("if (await hub.Clients.Client(users[0]).Confirm(id)) // expect: PGTX101\nreturn;")]
    [InlineData("var everybody = hub.Clients.Group(\"shelves\");\nawait everybody.Shelved(id); // expect: PGTX101\nawait everybody.Noted(\"moved\"); // expect: PGTX101")]
    [InlineData("IHubClients<IShelfView> clients = hub.Clients;\nforeach (var user in users)\nawait clients.User(user).Shelved(id); // expect: PGTX101")]
    [InlineData("var sending = hub.Clients.All.Shelved(id);\nawait sending; // expect: PGTX101")]
    [InlineData("await Task.WhenAll(users.Select(user => hub.Clients.User(user).Shelved(id))); // expect: PGTX101")]
    [InlineData("var to = id > 0 ? hub.Clients.All : printer;\nawait to.Shelved(id); // expect: PGTX101")]
    public Task A_call_on_what_the_hub_hands_out_goes_to_the_clients(string call) => TestCode.Of(Work(call)).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("await TellAsync(hub.Clients.All, id); // expect: PGTX101", "private static Task TellAsync(IShelfView view, int id) => view.Shelved(id);")]
    [InlineData("await hub.Clients.All.TellAsync(id); // expect: PGTX101", "} public static class Views { public static async Task TellAsync(this IShelfView view, int id) { await view.Noted(\"moved\"); await view.Shelved(id); }")]
    [InlineData("await NoteAsync(hub.Clients.All); // expect: PGTX101", "private static Task NoteAsync(INoted view) => view.Noted(\"moved\");")]
    [InlineData("await TellAllAsync(id); // expect: PGTX101", "private async Task TellAllAsync(int id) { await hub.Clients.All.Shelved(id); }")]
    [InlineData("await Everybody.Shelved(id); // expect: PGTX101", "private IShelfView Everybody => hub.Clients.All;")]
    [InlineData("await Of(\"shelves\").Shelved(id); // expect: PGTX101", "private IShelfView Of(string group) { return hub.Clients.Group(group); }")]
    [InlineData("await RunAsync(hub.Clients.All.Shelved, id); // expect: PGTX101", "private static Task RunAsync(Func<int, Task> tell, int id) => tell(id);")]
    public Task It_is_followed_through_helpers(string call, string members) => TestCode.Of(Work(call, members)).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task What_was_fetched_before_the_begin_is_known() => TestCode.Of(Usings + Contract + """

        public sealed class Shelves(NpgsqlDataSource source, IHubContext<ShelfHub, IShelfView> hub)
        {
            public async Task RunAsync(int id)
            {
                var all = hub.Clients.All;
                var some = Of("some");
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                await all.Shelved(id); // expect: PGTX103
                await using var command = new NpgsqlCommand("UPDATE shelves SET n = n + 1 WHERE id = 1", conn, tx);
                await command.ExecuteNonQueryAsync();
                await some.Shelved(id); // expect: PGTX101
                await tx.CommitAsync();
            }

            private IShelfView Of(string group) => hub.Clients.Group(group);
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Fact]
    public Task A_hub_asks_its_own_clients() => TestCode.Of(Usings + """
        public interface IBoard { Task Moved(string piece); }

        public sealed class BoardHub(NpgsqlConnection conn) : Hub<IBoard>
        {
            public async Task Move(string piece)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("UPDATE pieces SET n = n + 1 WHERE id = 1", conn, tx);
                await command.ExecuteNonQueryAsync();
                await Clients.Caller.Moved(piece); // expect: PGTX101
                await Clients.Others.Moved(piece); // expect: PGTX101
                await Clients.OthersInGroup("board").Moved(piece); // expect: PGTX101
                await Groups.AddToGroupAsync(Context.ConnectionId, "board");
                await tx.CommitAsync();
                await Clients.All.Moved(piece);
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("await printer.Shelved(id);")]
    [InlineData("await TellAsync(printer, id);")]
    [InlineData("await new Printer().Shelved(id); await TellAsync(new Printer(), id);")]
    [InlineData("var later = hub.Clients.All; GC.KeepAlive(later);")]
    [InlineData("_ = hub.Clients.All.ToString();")]
    public Task An_implementation_in_the_project_is_followed_like_any_other_code(string call) => TestCode.Of(Work(call, """
            private static Task TellAsync(IShelfView view, int id) => view.Shelved(id);
        }

        public sealed class Printer : IShelfView
        {
            public Task Shelved(int id) => Task.CompletedTask;
            public Task<bool> Confirm(int id) => Task.FromResult(true);
            public Task Noted(string text) => Task.CompletedTask;
        """)).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task A_line_takes_a_member_out() =>
        TestCode.Of(Work("await hub.Clients.All.Shelved(id); await hub.Clients.All.Noted(\"moved\"); // expect: PGTX101")).Counting("PGTX101").WithAdditionalFile("PgTx.Models.txt", "neutral M:IShelfView.Shelved").HasMarkedFindings();

    [Fact]
    public Task A_line_makes_proxies_of_what_another_library_hands_out() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        var scale = Remote.At(url).For<IScale>();
        await scale.WeighAsync(); // expect: PGTX101
        await Remote.At(url).PingAsync();
        await new Scale().WeighAsync();
        await tx.CommitAsync(ct);
        """, """
        public interface IScale { Task WeighAsync(); }
        public sealed class Scale : IScale { public Task WeighAsync() => Task.CompletedTask; }
        public abstract class Remote
        {
            public static Remote At(string url) => null!;
            public abstract T For<T>() where T : class;
            public Task PingAsync() => Task.CompletedTask;
        }
        """).Counting("PGTX101").WithAdditionalFile("PgTx.Models.txt", "proxy grpc M:Service.Remote.For").HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_clients_interface() => Assert.Contains(
        "'IShelfView.Shelved' (a message to connected clients) runs",
        Assert.Single(await TestCode.Of(Work("await hub.Clients.All.Shelved(id); // expect: PGTX101")).Counting("PGTX101").HasMarkedFindings()).GetMessage());
}
