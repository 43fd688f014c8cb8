using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>Steps of a pipeline that hold a transaction around everything behind them.</summary>
public sealed class PGTX106TransactionSpansPipelineTests
{
    private const string Usings = """
        using MediatR;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc.Filters;
        using Microsoft.AspNetCore.SignalR;
        using Microsoft.EntityFrameworkCore;
        using System.Transactions;


        """;

    [Fact]
    public async Task The_finding_stands_on_the_next_call_and_names_the_begin()
    {
        var finding = Assert.Single(await TestCode.Of(Usings + """
            public sealed class UnitOfWorkMiddleware(RequestDelegate next)
            {
                public async Task InvokeAsync(HttpContext context, DbContext db)
                {
                    await using var tx = await db.Database.BeginTransactionAsync();
                    await db.Database.ExecuteSqlAsync($"UPDATE visits SET n = n + 1");
                    await next(context); // expect: PGTX106
                    await tx.CommitAsync();
                }
            }
            """).HasMarkedFindings());
        Assert.Equal(
            "The transaction begun at line 12 lasts as long as everything behind 'RequestDelegate.Invoke': it stays idle in transaction, holding the row locks of UPDATE visits (line 13), whenever that does anything else than query",
            finding.GetMessage());
        Assert.Equal(12, finding.AdditionalLocations[0].GetLineSpan().StartLinePosition.Line + 1);
    }

    [Theory]
    [InlineData("IAsyncActionFilter", "async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)", "await next()")]
    [InlineData("IAsyncResultFilter", "async Task OnResultExecutionAsync(ResultExecutingContext context, ResultExecutionDelegate next)", "await next()")]
    [InlineData("IAsyncResourceFilter", "async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)", "await next()")]
    [InlineData("IAsyncPageFilter", "async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)", "await next.Invoke()", "public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;")]
    [InlineData("IMiddleware", "async Task InvokeAsync(HttpContext context, RequestDelegate next)", "await next(context)")]
    [InlineData("IEndpointFilter", "async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)", "return await next(context)")]
    [InlineData("IHubFilter", "async ValueTask<object?> InvokeMethodAsync(HubInvocationContext context, Func<HubInvocationContext, ValueTask<object?>> next)", "return await next(context)")]
    [InlineData("Rebus.Pipeline.IIncomingStep", "async Task Process(Rebus.Pipeline.IncomingStepContext context, Func<Task> next)", "await next()")]
    [InlineData("MassTransit.IFilter<MassTransit.ConsumeContext>", "async Task Send(MassTransit.ConsumeContext context, MassTransit.IPipe<MassTransit.ConsumeContext> next)", "await next.Send(context)", "public void Probe(MassTransit.ProbeContext context) { }")]
    public async Task Each_kind_of_step_is_one(string contract, string signature, string next, string others = "") => await TestCode.Of(Usings + $$"""
        public sealed class Step(DbContext db) : {{contract}}
        {
            public {{signature}}
            {
                using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled);
                {{next}}; // expect: PGTX106
            }

            {{others}}
        }
        """).Counting("PGTX101", "PGTX103", "PGTX106").HasMarkedFindings();

    [Fact]
    public async Task A_helper_that_runs_the_next_step_in_its_transaction() => await TestCode.Of(Usings + """
        public sealed class UnitOfWork(DbContext db)
        {
            public async Task RunAsync(Func<Task> work)
            {
                await using var tx = await db.Database.BeginTransactionAsync();
                await work();
                await tx.CommitAsync();
            }
        }

        public sealed class UnitOfWorkFilter(UnitOfWork unit) : IAsyncActionFilter
        {
            public Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next) =>
                unit.RunAsync(async () => await next()); // expect: PGTX106
        }
        """).HasMarkedFindings();

    [Fact]
    public async Task Quiet_where_the_transaction_has_ended_or_is_somebody_elses() => await TestCode.Of(Usings + """
        public sealed class VisitMiddleware(RequestDelegate next)
        {
            public async Task InvokeAsync(HttpContext context, DbContext db)
            {
                await using (var tx = await db.Database.BeginTransactionAsync())
                {
                    await tx.CommitAsync();
                }

                await next(context);
            }
        }

        public sealed class SuppressedMiddleware(RequestDelegate next)
        {
            public async Task InvokeAsync(HttpContext context)
            {
                using var scope = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
                await next(context);
            }
        }

        public static class Tail
        {
            public static async Task RunAsync(Npgsql.NpgsqlTransaction transaction, HttpContext context, RequestDelegate next) => await next(context);
        }
        """).HasMarkedFindings();

    [Fact]
    public async Task A_delegate_of_the_projects_own_is_no_pipeline() => await TestCode.Of(Usings + """
        public delegate Task RequestHandlerDelegate();

        public sealed class Runner(DbContext db)
        {
            public async Task Handle(RequestHandlerDelegate next, Func<Task> work)
            {
                await using var tx = await db.Database.BeginTransactionAsync();
                await next();
                await work();
                await tx.CommitAsync();
            }
        }
        """).HasMarkedFindings();
}
