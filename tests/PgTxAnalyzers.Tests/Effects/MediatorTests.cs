using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Requests to their handlers, and what stands in front of the handlers.</summary>
public sealed class MediatorTests
{
    private const string Handlers = """
        using MediatR;
        using Microsoft.EntityFrameworkCore;

        public interface ITransactional;

        public sealed record Charge(int Id) : IRequest<bool>, ITransactional;
        public sealed record Preview(int Id) : IRequest<bool>;
        public sealed record Charged(int Id) : INotification;
        public sealed record Noted(int Id) : INotification;

        public sealed class NotedHandler(DbContext db) : INotificationHandler<Noted>
        {
            public Task Handle(Noted notification, CancellationToken ct) => db.SaveChangesAsync(ct);
        }


        """;

    private const string Calling = """
        public sealed class ChargeHandler(HttpClient bank) : IRequestHandler<Charge, bool>
        {
            public async Task<bool> Handle(Charge request, CancellationToken ct) => (await bank.GetAsync("/charge", ct)).IsSuccessStatusCode;
        }

        public sealed class ChargedHandler(HttpClient bank) : INotificationHandler<Charged>
        {
            public Task Handle(Charged notification, CancellationToken ct) => bank.GetAsync("/charged", ct);
        }


        """;

    [Fact]
    public async Task A_request_is_followed_to_the_handler_of_its_type()
    {
        var findings = await TestCode.Of(Handlers + Calling + """
            public sealed class Checkout(DbContext db, IMediator mediator, ISender sender, IPublisher publisher)
            {
                public async Task RunAsync(int id, CancellationToken ct)
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    await db.SaveChangesAsync(ct);
                    await sender.Send(new Charge(id), ct); // expect: PGTX101
                    IRequest<bool> request = new Charge(id);
                    await mediator.Publish(new Charged(id), ct); // expect: PGTX101
                    await publisher.Publish((object)new Charged(id), ct); // expect: PGTX101
                    await publisher.Publish(new Noted(id), ct);
                    await mediator.Send(new Preview(id), ct);
                    var later = mediator.Send(new Charge(id), ct);
                    await tx.CommitAsync(ct);
                    await later;
                    await mediator.Send(new Charge(id), ct);
                }
            }
            """).HasMarkedFindings();
        Assert.Contains("'ChargeHandler.Handle → HttpClient.GetAsync' (an HTTP call)", findings[0].GetMessage());
    }

    [Fact]
    public Task A_message_has_the_handlers_of_its_very_type_where_that_is_known() => TestCode.Of(Handlers + Calling + """
        public sealed class Checkout(DbContext db, IMediator mediator, ISender sender, IPublisher publisher)
        {
            public async Task RunAsync(int id, INotification given, List<INotification> events, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                INotification charged = new Charged(id);
                await mediator.Publish(charged, ct); // expect: PGTX101
                INotification noted = new Noted(id);
                await mediator.Publish(noted, ct);
                await PublishAsync(new Charged(id), ct); // expect: PGTX101
                await PublishAsync(new Noted(id), ct);
                IBaseRequest request = new Charge(id);
                await sender.Send(request, ct); // expect: PGTX101
                request = new Preview(id);
                await sender.Send(request, ct);
                await publisher.Publish(given, ct);
                events.Add(new Charged(id));
                foreach (var raised in events)
                {
                    await publisher.Publish(raised, ct);
                }

                await tx.CommitAsync(ct);
            }

            private Task PublishAsync(INotification notification, CancellationToken ct) => publisher.Publish(notification, ct);
        }
        """).HasMarkedFindings();

    [Fact]
    public async Task A_task_of_a_request_is_reported_where_it_is_awaited() => await TestCode.Of(Handlers + Calling + """
        public sealed class Checkout(DbContext db, IMediator mediator)
        {
            public async Task RunAsync(int id, CancellationToken ct)
            {
                var charging = mediator.Send(new Charge(id), ct);
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await charging; // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).HasMarkedFindings();

    private const string Behind = """
        public sealed class ChargeHandler(HttpClient bank, DbContext db) : IRequestHandler<Charge, bool>
        {
            public async Task<bool> Handle(Charge request, CancellationToken ct)
            {
                var early = await bank.GetAsync("/charge", ct); // expect: PGTX103
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET paid = true", ct);
                var late = await bank.GetAsync("/charge", ct); // expect: PGTX101
                return true;
            }
        }

        public sealed class PreviewHandler(HttpClient bank, DbContext db) : IRequestHandler<Preview, bool>
        {
            public async Task<bool> Handle(Preview request, CancellationToken ct)
            {
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET seen = true", ct);
                return (await bank.GetAsync("/preview", ct)).IsSuccessStatusCode;
            }
        }


        """;

    [Theory]
    [InlineData("where TRequest : IRequest<TResponse>, ITransactional", "")]
    [InlineData("where TRequest : notnull", "if (request is not ITransactional) return await next();")]
    [InlineData("where TRequest : notnull", "if (!(request is ITransactional)) { return await next(); }")]
    [InlineData("where TRequest : notnull", "if (request is not ITransactional marked) { return await next(); }")]
    [InlineData("where TRequest : notnull", "switch (request) { case ITransactional: break; default: return await next(); }")]
    public async Task Handlers_of_marked_requests_are_reported_with_the_behavior(string constraint, string test)
    {
        var findings = await TestCode.Of(Handlers + Behind + $$"""
            public sealed class TransactionBehavior<TRequest, TResponse>(DbContext db) : IPipelineBehavior<TRequest, TResponse> {{constraint}}
            {
                public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
                {
                    {{test}}
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    var response = await next(); // expect: PGTX106
                    await tx.CommitAsync(ct);
                    return response;
                }
            }
            """).HasMarkedFindings();
        var late = findings.Single(f => f.Id == "PGTX101");
        Assert.Equal(
            "The transaction that TransactionBehavior.Handle holds around this handler (begun at line 41) stays idle in transaction, holding the row locks of UPDATE orders (line 21), while 'HttpClient.GetAsync' (an HTTP call) runs",
            late.GetMessage());
        Assert.Equal([41, 42], late.AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    [Theory]
    [InlineData("where TRequest : notnull", "")]
    [InlineData("where TRequest : IRequest<TResponse>", "if (typeof(TRequest).Name.EndsWith(\"Query\")) return await next();")]
    public async Task A_behavior_around_everything_is_reported_itself_and_not_at_each_handler(string constraint, string test) => await TestCode.Of(
        Handlers + Behind.Replace(" // expect: PGTX101", "").Replace(" // expect: PGTX103", "") + $$"""
            public sealed class TransactionBehavior<TRequest, TResponse>(DbContext db) : IPipelineBehavior<TRequest, TResponse> {{constraint}}
            {
                public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
                {
                    {{test}}
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    var response = await next(); // expect: PGTX106
                    await tx.CommitAsync(ct);
                    return response;
                }
            }
            """).HasMarkedFindings();

    [Fact]
    public async Task A_behavior_for_queries_only_says_nothing_of_commands() => await TestCode.Of(
        Handlers + Behind.Replace(" // expect: PGTX101", "").Replace(" // expect: PGTX103", "") + """
            public interface IQuery;

            public sealed class SnapshotBehavior<TRequest, TResponse>(DbContext db) : IPipelineBehavior<TRequest, TResponse> where TRequest : IQuery
            {
                public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    return await next(); // expect: PGTX106
                }
            }
            """).HasMarkedFindings();

    [Fact]
    public async Task The_scope_of_a_behavior_is_open_once_the_handler_queries() => await TestCode.Of(Handlers + Behind.Replace(" // expect: PGTX103", "") + """
        public sealed class ScopeBehavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse> where TRequest : ITransactional
        {
            public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
            {
                using var scope = new System.Transactions.TransactionScope(
                    System.Transactions.TransactionScopeOption.Required, new System.Transactions.TransactionOptions(), System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
                var response = await next(); // expect: PGTX106
                scope.Complete();
                return response;
            }
        }
        """).HasMarkedFindings();
}
