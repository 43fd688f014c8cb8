using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Which body a call runs: each way to call, once where it leaves the process and once where it does not.</summary>
public sealed class TargetTests
{
    private const string Usings = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;
        using Npgsql;


        """;

    /// <summary>A transaction with a change in it around the call.</summary>
    private static TestCode Around(string call, string types, string parameters = "", string before = "", string id = "PGTX101") => TestCode.Of(Usings + $$"""
        public sealed class Unit(NpgsqlConnection conn, HttpClient http)
        {
            public async Task RunAsync({{parameters}})
            {
                {{before}}
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("UPDATE orders SET paid = true", conn);
                await command.ExecuteNonQueryAsync();
                {{call}}{{(id.Length > 0 ? " // expect: " + id : "")}}
                await tx.CommitAsync();
            }
        }


        """ + types).Counting("PGTX101", "PGTX102", "PGTX103");

    public static TheoryData<string, string, string> Calls => new()
    {
        { "await Bank.ChargeAsync(http);", "", "public static class Bank { public static async Task ChargeAsync(HttpClient http) { BODY } }" },
        { "await bank.ChargeAsync();", "Bank bank", "public class Bank(HttpClient http) { public async Task ChargeAsync() { BODY } }" },
        { "await http.ChargeAsync();", "", "public static class Extensions { public static async Task ChargeAsync(this HttpClient http) { BODY } }" },
        { "await bank.ChargeAsync(1);", "Bank<string> bank", "public class Bank<T>(HttpClient http) { public async Task ChargeAsync<U>(U value) { BODY } }" },
        { "await bank.ChargeAsync();", "Foreign bank", "public class Bank(HttpClient http) { public virtual async Task ChargeAsync() { BODY } } public class Foreign(HttpClient http) : Bank(http) { public override async Task ChargeAsync() { await base.ChargeAsync(); } }" },
        { "await bank.ChargeAsync();", "Bank bank", "public partial class Bank(HttpClient http) { public partial Task ChargeAsync(); } public partial class Bank { public async partial Task ChargeAsync() { BODY } }" },
        { "await bank.ChargeAsync();", "IBank bank", "public interface IBank { Task ChargeAsync(); } internal sealed class Bank(HttpClient http) : IBank { public async Task ChargeAsync() { BODY } }" },
        { "await bank.ChargeAsync();", "IBank bank", "public interface IBank { Task ChargeAsync(); } internal sealed class Bank(HttpClient http) : IBank { async Task IBank.ChargeAsync() { BODY } }" },
        { "await bank.ChargeAsync();", "IBank bank", "public interface IBank { HttpClient http { get; } async Task ChargeAsync() { BODY } } public abstract class Bank : IBank { public abstract HttpClient http { get; } }" },
        { "await bank.ChargeAsync();", "Bank bank", "public abstract class Bank { public Task ChargeAsync() => RunAsync(); protected abstract Task RunAsync(); } internal sealed class Wire(HttpClient http) : Bank { protected override async Task RunAsync() { BODY } }" },
        { "await bank.ChargeAsync();", "IBank<int> bank", "public interface IBank<T> { Task ChargeAsync(); } internal sealed class Bank(HttpClient http) : IBank<int> { public async Task ChargeAsync() { BODY } }" },
        { "await bank.ChargeAsync();", "IBank bank", "public interface IBank { Task ChargeAsync(); } public class Base(HttpClient http) { public async Task ChargeAsync() { BODY } } public class Bank(HttpClient http) : Base(http), IBank;" },
        { "await charge();", "Bank bank", "public class Bank(HttpClient http) { public async Task ChargeAsync() { BODY } }" },
        { "await provider.GetRequiredService<IBank>().ChargeAsync();", "IServiceProvider provider", "public interface IBank { Task ChargeAsync(); } internal sealed class Bank(HttpClient http) : IBank { public async Task ChargeAsync() { BODY } }" },
        { "await new Bank(http).ChargeAsync();", "", "public class Bank(HttpClient http) { public async Task ChargeAsync() { BODY } }" },
        { "_ = bank.Status;", "Bank bank", "public class Bank(HttpClient http) { public string Status { get { SYNC return \"\"; } } }" },
        { "bank.Charge();", "Bank bank", "public class Bank(HttpClient http) { public void Charge() { SYNC } }" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_runs_the_body_that_the_language_says(string call, string parameters, string types)
    {
        var before = call.StartsWith("await charge(") ? "Func<Task> charge = bank.ChargeAsync;" : "";
        await Around(call, types.Replace("BODY", "await http.GetAsync(\"/\");").Replace("SYNC", "http.Send(new HttpRequestMessage());"), parameters, before).HasMarkedFindings();
        await Around(call, types.Replace("BODY", "await Task.CompletedTask; http.CancelPendingRequests();").Replace("SYNC", "http.CancelPendingRequests();"), parameters, before, "").HasMarkedFindings();
    }

    [Fact]
    public async Task Of_several_implementations_the_one_that_calls_out_is_named()
    {
        var finding = Assert.Single(await Around("await sender.SendAsync();", """
            public interface ISender { Task SendAsync(); }
            public sealed class NoSender : ISender { public Task SendAsync() => Task.CompletedTask; }
            public sealed class WebSender(HttpClient http) : ISender { public Task SendAsync() => http.GetAsync("/"); }
            """, "ISender sender").HasMarkedFindings());
        Assert.Contains("'WebSender.SendAsync → HttpClient.GetAsync'", finding.GetMessage());
    }

    [Fact]
    public async Task An_object_that_was_made_here_is_of_its_own_type() => await Around("await sender.SendAsync();", """
        public interface ISender { Task SendAsync(); }
        public sealed class NoSender : ISender { public Task SendAsync() => Task.CompletedTask; }
        public sealed class WebSender(HttpClient http) : ISender { public Task SendAsync() => http.GetAsync("/"); }
        """, before: "ISender sender = new NoSender();", id: "").HasMarkedFindings();

    [Fact]
    public async Task Delegates_in_locals_fields_and_arguments() => await TestCode.Of(Usings + """
        public sealed class Unit(NpgsqlConnection conn, HttpClient http)
        {
            private readonly Func<HttpClient, Task> charge = client => client.GetAsync("/");
            private readonly Func<HttpClient, Task> nothing = client => Task.CompletedTask;
            private readonly Func<Task> given = () => Task.CompletedTask;

            public event Func<Task>? Charged;

            public Unit(NpgsqlConnection conn, HttpClient http, Func<Task> given) : this(conn, http) => this.given = given;

            public async Task RunAsync()
            {
                Func<Task> local = () => http.GetAsync("/");
                Func<Task> group = OtherAsync;
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("UPDATE orders SET paid = true", conn);
                await command.ExecuteNonQueryAsync();
                await local(); // expect: PGTX101
                await group.Invoke(); // expect: PGTX101
                await charge(http); // expect: PGTX101
                await nothing(http);
                await given();
                await (Charged?.Invoke() ?? Task.CompletedTask);
                await ThroughAsync(() => http.GetAsync("/")); // expect: PGTX101
                await ThroughAsync(() => Task.CompletedTask);
                await tx.CommitAsync();
            }

            private static Task ThroughAsync(Func<Task> work) => work();

            private Task OtherAsync() => http.GetAsync("/");
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public async Task Clients_of_a_factory_and_typed_clients() => await Around("await client.GetAsync(\"/\");", """
        public sealed class Named(NpgsqlConnection conn, IHttpClientFactory factory, Typed typed)
        {
            public async Task RunAsync()
            {
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("UPDATE orders SET paid = true", conn);
                await command.ExecuteNonQueryAsync();
                using var client = factory.CreateClient("bank");
                await client.GetAsync("/"); // expect: PGTX101
                await typed.ChargeAsync(); // expect: PGTX101
                typed.Dispose();
                await tx.CommitAsync();
            }
        }

        public sealed class Typed(HttpClient http) : IDisposable
        {
            public Task ChargeAsync() => http.GetAsync("/");

            public void Dispose() { }
        }
        """, "HttpClient client").HasMarkedFindings();

    [Fact]
    public async Task Interfaces_whose_bodies_are_made_from_attributes() => await Around("await bank.ChargeAsync();", """
        public interface IBank
        {
            [Refit.Post("/charges")]
            Task ChargeAsync();

            Task NoneAsync();
        }

        public sealed class Lookalike(NpgsqlConnection conn, IBank bank, IOther other)
        {
            public async Task RunAsync()
            {
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("UPDATE orders SET paid = true", conn);
                await command.ExecuteNonQueryAsync();
                await bank.NoneAsync();
                await other.ChargeAsync();
                await tx.CommitAsync();
            }
        }

        public sealed class PostAttribute(string path) : Attribute;

        public interface IOther
        {
            [Post("/charges")]
            Task ChargeAsync();
        }
        """, "IBank bank").HasMarkedFindings();

    private const string Contracts = """
        public interface IRepository<T> { Task DeleteAsync(); }
        public interface ICohorts : IRepository<int>;
        public interface IHandler<in T> { Task DeleteAsync(); }
        public abstract class Repository<T> { public abstract Task DeleteAsync(); }
        internal sealed class Cohorts : Repository<int>, ICohorts { public override Task DeleteAsync() => Task.CompletedTask; }

        """;

    /// <summary>An application has one generic repository, and many that derive from it: what one of them does is no other's.</summary>
    [Theory]
    [InlineData("ICohorts", "internal sealed class Organizations(HttpClient http) : IRepository<string> { BODY }", false)]
    [InlineData("IRepository<int>", "internal sealed class Organizations(HttpClient http) : IRepository<string> { BODY }", false)]
    [InlineData("IRepository<string>", "internal sealed class Organizations(HttpClient http) : IRepository<string> { BODY }", true)]
    [InlineData("Repository<int>", "internal sealed class Organizations(HttpClient http) : Repository<string> { OVERRIDE }", false)]
    [InlineData("Repository<string>", "internal sealed class Organizations(HttpClient http) : Repository<string> { OVERRIDE }", true)]
    [InlineData("IRepository<int>", "internal sealed class Any<T>(HttpClient http) : IRepository<T> { BODY }", true)]
    [InlineData("IRepository<List<int>>", "internal sealed class Lists<T>(HttpClient http) : IRepository<List<T>> { BODY }", true)]
    [InlineData("IHandler<string>", "internal sealed class Objects(HttpClient http) : IHandler<object> { BODY }", true)]
    public async Task Of_a_generic_contract_what_is_constructed_alike_runs(string contract, string type, bool found)
    {
        var code = Around("await rows.DeleteAsync();", Contracts + type.Replace("OVERRIDE", "public override async Task DeleteAsync() { await http.GetAsync(\"/\"); }").Replace("BODY", "public async Task DeleteAsync() { await http.GetAsync(\"/\"); }"), contract + " rows", id: found ? "PGTX101" : "");
        await code.HasMarkedFindings();
    }

    [Fact]
    public async Task Generated_grpc_clients() => await Around("await bank.ChargeAsync(1);", """
        public class BankClient : Grpc.Core.ClientBase<BankClient>
        {
            protected BankClient(ClientBaseConfiguration configuration) : base(configuration) { }

            protected override BankClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);

            public virtual Grpc.Core.AsyncUnaryCall<int> ChargeAsync(int request) => throw new NotImplementedException();
        }
        """, "BankClient bank").HasMarkedFindings();
}
