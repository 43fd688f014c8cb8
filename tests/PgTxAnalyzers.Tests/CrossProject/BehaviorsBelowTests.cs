using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>A mediator's behavior in another project, around the handlers of this one.</summary>
public class BehaviorsBelowTests
{
    private const string Marker = """
        public interface ITransactional;
        public interface ILocking;
        """;

    private const string Handler = """
        using MediatR;
        using Npgsql;
        public sealed record Charge(int Id) : IRequest<bool>, ITransactional;
        public sealed record Preview(int Id) : IRequest<bool>;
        public sealed record Lock(int Id) : IRequest<bool>, ITransactional, ILocking;
        public sealed class ChargeHandler(HttpClient bank) : IRequestHandler<Charge, bool>
        {
            public async Task<bool> Handle(Charge request, CancellationToken ct) => (await bank.GetAsync("/charge", ct)).IsSuccessStatusCode;
        }
        public sealed class PreviewHandler(HttpClient bank) : IRequestHandler<Preview, bool>
        {
            public async Task<bool> Handle(Preview request, CancellationToken ct) => (await bank.GetAsync("/preview", ct)).IsSuccessStatusCode;
        }
        public sealed class LockHandler(HttpClient bank) : IRequestHandler<Lock, bool>
        {
            public async Task<bool> Handle(Lock request, CancellationToken ct) => (await bank.GetAsync("/lock", ct)).IsSuccessStatusCode;
        }
        """;

    private static string Behavior(string constraint, string test, string before = "await db.Orders.CountAsync(ct);", string name = "TransactionBehavior") => $$"""
        using MediatR;
        using Microsoft.EntityFrameworkCore;
        public class Order { public int Id { get; set; } }
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public sealed class {{name}}<TRequest, TResponse>(ShopContext db) : IPipelineBehavior<TRequest, TResponse> {{constraint}}
        {
            public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
            {
                {{test}}
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                {{before}}
                var response = await next();
                await tx.CommitAsync(ct);
                return response;
            }
        }
        """;

    [Theory]
    [InlineData("where TRequest : ITransactional", "", "App.cs:8 PGTX101", "App.cs:16 PGTX101")]
    [InlineData("where TRequest : notnull", "if (request is not ITransactional) return await next();", "App.cs:8 PGTX101", "App.cs:16 PGTX101")]
    [InlineData("where TRequest : ITransactional", "if (request is ILocking) return await next();", "App.cs:8 PGTX101")]
    [InlineData("where TRequest : IRequest<TResponse>, ILocking", "", "App.cs:16 PGTX101")]
    [InlineData("where TRequest : notnull", "")]
    [InlineData("where TRequest : notnull", "if (typeof(TRequest).Name.EndsWith(\"Query\")) return await next();")]
    public Task A_behavior_around_the_requests_that_it_asks_for(string constraint, string test, params string[] expected) =>
        new Projects { Rules = ["PGTX101"] }.With("Base", Marker + "\n").With("Building", Behavior(constraint, test)).With("App", Handler).FindTheSame(expected);

    /// <summary>One that was asked for nothing yet holds no snapshot: the begin is too early, not the call too late.</summary>
    [Fact]
    public Task A_behavior_that_has_sent_nothing() =>
        new Projects { Rules = ["PGTX101", "PGTX103"] }.With("Base", Marker).With("Building", Behavior("where TRequest : ITransactional", "", before: "")).With("App", Handler).FindTheSame("App.cs:8 PGTX103", "App.cs:16 PGTX103");

    [Fact]
    public Task A_behavior_of_one_request() => new Projects { Rules = ["PGTX101"] }.With("Base", """
        using MediatR;
        using Microsoft.EntityFrameworkCore;
        public sealed record Charge(int Id) : IRequest<bool>;
        public sealed record Preview(int Id) : IRequest<bool>;
        public sealed class ChargeBehavior(DbContext db) : IPipelineBehavior<Charge, bool>
        {
            public async Task<bool> Handle(Charge request, RequestHandlerDelegate<bool> next, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                var response = await next();
                await tx.CommitAsync(ct);
                return response;
            }
        }
        """).With("App", """
        using MediatR;
        public sealed class ChargeHandler(HttpClient bank) : IRequestHandler<Charge, bool>
        {
            public async Task<bool> Handle(Charge request, CancellationToken ct) => (await bank.GetAsync("/charge", ct)).IsSuccessStatusCode;
        }
        public sealed class PreviewHandler(HttpClient bank) : IRequestHandler<Preview, bool>
        {
            public async Task<bool> Handle(Preview request, CancellationToken ct) => (await bank.GetAsync("/preview", ct)).IsSuccessStatusCode;
        }
        """).FindTheSame("App.cs:4 PGTX101");

    /// <summary>The message says the same as an IDE's; the place of the begin is none that a build could go to.</summary>
    [Fact]
    public async Task The_message_names_the_line_of_the_begin()
    {
        var projects = new Projects { Rules = ["PGTX101"] }.With("Base", Marker).With("Building", Behavior("where TRequest : ILocking", "")).With("App", Handler);
        var built = Assert.Single(await projects.Built());
        Assert.Equal(
            "The transaction that TransactionBehavior.Handle holds around this handler (begun at line 10 of Building.cs) stays idle in transaction while 'HttpClient.GetAsync' (an HTTP call) runs",
            built.GetMessage());
        Assert.Equal(Assert.Single(await projects.Followed()).GetMessage(), built.GetMessage());
        Assert.Empty(built.AdditionalLocations);
    }

    /// <summary>The project in between knows, for those above that do not reference the one below.</summary>
    [Fact]
    public async Task It_goes_on_through_a_project_in_between()
    {
        var projects = new Projects { Rules = ["PGTX101"] }
            .With("Base", Marker).With("Building", Behavior("where TRequest : ILocking", "")).With("Middle", "public class Middle(ShopContext db) { public ShopContext Db => db; }").With("App", Handler, ["Base", "Middle"]);
        Assert.Equal(["App.cs:16 PGTX101"], (await projects.Built()).Select(Projects.Place));
    }

    [Fact]
    public void The_text() => Assert.Equal(
        "MediatR|T:ITransactional|T:ILocking|0|TransactionBehavior.Handle|Building.cs|10|52x|T:ShopContext",
        Assert.Single(ProjectFactsText.Read(new Projects().With("Base", Marker).With("Building", Behavior("where TRequest : ITransactional", "if (request is ILocking) return await next();")).Exported(ProjectFactsText.Key))!
            .Of(FactKind.Behavior)));

    /// <summary>A type with arguments has no name that would stand for it alone.</summary>
    [Fact]
    public void A_request_of_some_arguments_is_not_written() => Assert.Empty(
        ProjectFactsText.Read(new Projects().With("Base", "public interface ICommand<T>;").With("Building", Behavior("where TRequest : ICommand<int>", "")).Exported(ProjectFactsText.Key))!.Of(FactKind.Behavior));

    [Theory]
    [InlineData("")]
    [InlineData("MediatR|T:ITransactional||1|TransactionBehavior.Handle|Building.cs|10|52x|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|0|52x|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|99999999|52x|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|10|72x|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|10|59|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|10|5|")]
    [InlineData("MediatR|T:ITransactional|||TransactionBehavior.Handle|Building.cs|10|52x||")]
    public void A_damaged_text_is_none(string text)
    {
        Assert.Null(CarriedBehavior.Read(text));
        Assert.Null(ProjectFactsText.Read($"1\np {text}\n"));
    }
}
