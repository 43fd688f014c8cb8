using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>An application's own bus in another project hands requests to a mediator, whose handlers are here.</summary>
public class BusesBelowTests
{
    private const string Contracts = """
        using MediatR;
        public interface ICommand : IRequest;
        public interface IBus
        {
            Task SendAsync(ICommand command, CancellationToken ct);
            Task<T> AskAsync<T>(IRequest<T> query, CancellationToken ct);
            Task TellAsync<T>(T notice, CancellationToken ct) where T : INotification;
        }
        """;

    private const string Bus = """
        using MediatR;
        public sealed class Bus(IMediator mediator) : IBus
        {
            public async Task SendAsync(ICommand command, CancellationToken ct) => await mediator.Send(command, ct).ConfigureAwait(false);
            public Task<T> AskAsync<T>(IRequest<T> query, CancellationToken ct) => mediator.Send(query, ct);
            public async Task TellAsync<T>(T notice, CancellationToken ct) where T : INotification
            {
                ArgumentNullException.ThrowIfNull(notice);
                await mediator.Publish(notice, ct);
            }
        }
        """;

    private const string App = """
        using MediatR;
        using Npgsql;
        public sealed record Charge(int Id) : ICommand;
        public sealed record Note(int Id) : ICommand;
        public sealed record Rate(int Id) : IRequest<bool>;
        public sealed record Charged(int Id) : INotification;
        public sealed class ChargeHandler(HttpClient bank) : IRequestHandler<Charge>
        {
            public async Task Handle(Charge request, CancellationToken ct) => await bank.GetAsync("/charge", ct);
        }
        public sealed class NoteHandler(NpgsqlConnection conn) : IRequestHandler<Note>
        {
            public Task Handle(Note request, CancellationToken ct) { _ = conn.ToString(); return Task.CompletedTask; }
        }
        public sealed class RateHandler(HttpClient bank) : IRequestHandler<Rate, bool>
        {
            public async Task<bool> Handle(Rate request, CancellationToken ct) => (await bank.GetAsync("/rate", ct)).IsSuccessStatusCode;
        }
        public sealed class ChargedHandler(HttpClient bank) : INotificationHandler<Charged>
        {
            public Task Handle(Charged notification, CancellationToken ct) => bank.GetAsync("/charged", ct);
        }
        public class Checkout(NpgsqlConnection conn, IBus bus)
        {
            public async Task RunAsync(int id, CancellationToken ct)
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                await insert.ExecuteNonQueryAsync(ct);
                await bus.SendAsync(new Note(id), ct);
                await bus.SendAsync(new Charge(id), ct);
                await bus.AskAsync(new Rate(id), ct);
                await bus.TellAsync(new Charged(id), ct);
                var later = bus.AskAsync(new Rate(id), ct);
                await tx.CommitAsync(ct);
                await later;
                await bus.SendAsync(new Charge(id), ct);
            }
        }
        """;

    private static readonly string[] Found = ["App.cs:31 PGTX101", "App.cs:32 PGTX101", "App.cs:33 PGTX101"];

    [Fact]
    public Task Its_requests_are_followed_to_their_handlers() =>
        new Projects { Rules = ["PGTX101"] }.With("Contracts", Contracts).With("Building", Bus).With("App", App).FindTheSame(Found);

    /// <summary>A bus on a bus: each project says what it hands on.</summary>
    [Fact]
    public Task Through_a_second_bus() => new Projects { Rules = ["PGTX101"] }.With("Contracts", Contracts).With("Building", Bus).With("Outer", """
        public sealed class Outer(Bus inner)
        {
            public async Task SendAsync(ICommand command, CancellationToken ct) => await inner.SendAsync(command, ct);
            public async Task TellAsync(MediatR.INotification notice, CancellationToken ct) => await inner.TellAsync(notice, ct);
            public async Task<T> AskAsync<T>(MediatR.IRequest<T> query, CancellationToken ct) => await inner.AskAsync(query, ct);
        }
        """).With("App", App.Replace("IBus bus", "Outer bus")).FindTheSame(Found);

    /// <summary>The handlers stand in a third project: what that says of them is read.</summary>
    [Fact]
    public Task Handlers_of_another_project()
    {
        var split = App.IndexOf("public class Checkout", StringComparison.Ordinal);
        var usings = "using Npgsql;\n";
        return new Projects { Rules = ["PGTX101"] }.With("Contracts", Contracts).With("Building", Bus).With("Handlers", App[..split]).With("App", usings + App[split..])
            .FindTheSame("App.cs:10 PGTX101", "App.cs:11 PGTX101", "App.cs:12 PGTX101");
    }

    /// <summary>A transaction of the bus's own, around whatever is handled.</summary>
    [Fact]
    public async Task A_transaction_around_the_dispatch()
    {
        var projects = new Projects { Rules = ["PGTX101"] }.With("Contracts", Contracts).With("Building", """
            using MediatR;
            using Microsoft.EntityFrameworkCore;
            public sealed class Unit(IMediator mediator, DbContext db)
            {
                public async Task SendAsync(ICommand command, CancellationToken ct)
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    await db.SaveChangesAsync(ct);
                    await mediator.Send(command, ct);
                    await tx.CommitAsync(ct);
                }
            }
            """).With("App", App.Replace("IBus bus", "Unit bus").Replace("await using var tx = await conn.BeginTransactionAsync(ct);", "").Replace(", conn, tx)", ", conn)").Replace("await tx.CommitAsync(ct);", "")
                .Replace("await bus.AskAsync(new Rate(id), ct);", "").Replace("await bus.TellAsync(new Charged(id), ct);", "").Replace("var later = bus.AskAsync(new Rate(id), ct);", "").Replace("await later;", ""));
        var found = await projects.Built();
        Assert.Equal(["App.cs:31 PGTX101", "App.cs:37 PGTX101"], found.Select(Projects.Place));
        Assert.Equal("The transaction begun at line 31 stays idle in transaction, holding the row locks of Unit.SendAsync (line 31), while 'ChargeHandler.Handle → HttpClient.GetAsync' (an HTTP call) runs", found[0].GetMessage());
    }

    [Fact]
    public void The_text()
    {
        var text = new Projects().With("Contracts", Contracts).With("Building", Bus).Exported()!;
        Assert.Contains("E qw:0:::a0:MediatR\n", text);
        Assert.Contains("E q:0:::a0:MediatR\n", text);
        Assert.NotNull(EffectText.Read(text));
        Assert.Null(EffectText.Read(text.Replace("a0:MediatR", "a0:")));
        Assert.Null(EffectText.Read(text.Replace("a0:MediatR", "a0")));
    }

    /// <summary>What a method makes itself is a request of its own: no caller needs to be told.</summary>
    [Fact]
    public void A_controller_is_no_bus() => Assert.Null(new Projects().With("App", """
        using MediatR;
        public sealed record Charge(int Id) : IRequest;
        public class Orders(IMediator mediator)
        {
            public Task ChargeAsync(int id, CancellationToken ct) => mediator.Send(new Charge(id), ct);
        }
        """).Exported());
}
