using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>A message or a job that leaves before the commit.</summary>
public sealed class PGTX107PublishedBeforeCommitTests
{
    private const string Members = """
        public sealed record Shipped(int Id);
        public sealed class Notifier(MassTransit.IPublishEndpoint endpoint, Hangfire.IBackgroundJobClient jobs)
        {
            public Task SendAsync(int id) => endpoint.Publish(new Shipped(id));
            public void Later(int id) => Hangfire.BackgroundJobClientExtensions.Enqueue<Notifier>(jobs, n => n.SendAsync(id));
        }
        """;

    private const string Declared = """
        MassTransit.IPublishEndpoint endpoint = null!;
        MassTransit.IBus bus = null!;
        Hangfire.IBackgroundJobClient jobs = null!;
        Quartz.IScheduler scheduler = null!;
        Confluent.Kafka.IProducer<string, string> producer = null!;
        DotNetCore.CAP.ICapPublisher cap = null!;
        var notifier = new Notifier(endpoint, jobs);
        """;

    [Theory]
    [InlineData("_ = endpoint.Publish(new Shipped(1), ct); // expect: PGTX107")]
    [InlineData("var sending = endpoint.Publish(new Shipped(1), ct); // expect: PGTX107\nawait tx.CommitAsync(ct);\nawait sending;")]
    [InlineData("_ = notifier.SendAsync(1); // expect: PGTX107")]
    [InlineData("notifier.Later(1); // expect: PGTX107")]
    [InlineData("Hangfire.BackgroundJobClientExtensions.Enqueue(jobs, () => Console.WriteLine()); // expect: PGTX107")]
    [InlineData("await scheduler.TriggerJob(new Quartz.JobKey(url), null, ct); // expect: PGTX107")]
    [InlineData("producer.Produce(url, new() { Value = url }); // expect: PGTX107")]
    [InlineData("await cap.PublishAsync(url, 1, cancellationToken: ct); // expect: PGTX107")]
    [InlineData("await endpoint.Publish(new Shipped(1), ct); // expect: PGTX101")]
    [InlineData("var sending = endpoint.Publish(new Shipped(1), ct);\nawait sending; // expect: PGTX101")]
    public Task What_leaves_before_the_commit_is_found_once(string statements) => TestCode.Method($"""
        {Declared}
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        {statements}
        """, Members).HasMarkedFindings();

    [Theory]
    [InlineData("after the commit", "await tx.CommitAsync(ct);\n_ = endpoint.Publish(new Shipped(1), ct);\nnotifier.Later(1);")]
    [InlineData("what is no publish", "_ = scheduler.DeleteJob(new Quartz.JobKey(url), ct);")]
    [InlineData("long by intent", "await db.Database.ExecuteSqlAsync($\"SET LOCAL idle_in_transaction_session_timeout = 0\", ct);\nnotifier.Later(1);")]
    [InlineData("a lambda that nobody runs", "Action later = () => notifier.Later(1);\nGC.KeepAlive(later);")]
    public Task It_is_quiet_for(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        return TestCode.Method($"""
            {Declared}
            await using var tx = await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            {statements}
            """, Members).IsQuiet();
    }

    [Fact]
    public Task A_scheduler_in_PostgreSQL_commits_with_the_scope() => TestCode.Method($"""
        {Declared}
        using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled);
        await db.SaveChangesAsync(ct);
        notifier.Later(1);
        scope.Complete();
        """, Members).IsQuiet();

    [Theory]
    [InlineData("MassTransit", "UseBusOutbox")]
    [InlineData("MassTransit", "AddEntityFrameworkOutbox")]
    public Task With_an_outbox_in_sight_a_publish_is_a_row(string library, string member) => TestCode.Method($"""
        {Declared}
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await endpoint.Publish(new Shipped(1), ct);
        _ = notifier.SendAsync(1);
        await tx.CommitAsync(ct);
        """, Members).WithFile("Outbox.cs", $$"""
        namespace {{library}}.Configuration
        {
            public static class Extensions { public static void {{member}}(this object bus) { } }
        }
        namespace Shop
        {
            using {{library}}.Configuration;
            public static class Startup { public static void Configure(object bus) => bus.{{member}}(); }
        }
        """).IsQuiet();

    /// <summary>The outbox stands in for the scoped endpoints; a bus that is injected as such goes around it.</summary>
    [Fact]
    public Task The_bus_itself_goes_around_the_outbox() => TestCode.Method($"""
        {Declared}
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await bus.Publish(new Shipped(1), ct); // expect: PGTX101
        _ = bus.Publish(new Shipped(1), ct); // expect: PGTX107
        await tx.CommitAsync(ct);
        """, Members).WithFile("Outbox.cs", """
        namespace MassTransit.Configuration { public static class Extensions { public static void UseBusOutbox(this object bus) { } } }
        namespace Shop { using MassTransit.Configuration; public static class Startup { public static void Configure(object bus) => bus.UseBusOutbox(); } }
        """).HasMarkedFindings();

    /// <summary>The shape of CAP's own overload, which its package for PostgreSQL has.</summary>
    [Fact]
    public async Task CAP_stores_in_a_transaction_that_was_begun_with_its_publisher()
    {
        var code = TestCode.Method($"""
            {Declared}
            using var tx = DotNetCore.CAP.CapTransactionExtensions.BeginTransaction(db.Database, cap);
            await db.SaveChangesAsync(ct);
            await cap.PublishAsync(url, 1, cancellationToken: ct);
            tx.Commit();
            """, Members).Broken();
        var library = TestCode.Of("""
            namespace DotNetCore.CAP
            {
                public static class CapTransactionExtensions
                {
                    public static Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction BeginTransaction(this Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade database, ICapPublisher publisher) => database.BeginTransaction();
                }
            }
            """).Compile().WithAssemblyName("DotNetCore.CAP.PostgreSql");
        using var image = new MemoryStream();
        Assert.True(library.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        var compilation = code.Compile().AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
        TestCode.NoErrors(compilation);

        Assert.Empty(await AnalyzerRun.Findings(compilation, code.AnalyzerOptions(), Product.CreateAnalyzers(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_message_says_what_the_receiver_sees()
    {
        var finding = Assert.Single(await TestCode.Method($"""
            {Declared}
            await using var tx = await db.Database.BeginTransactionAsync(ct);
            notifier.Later(1); // expect: PGTX107
            await tx.CommitAsync(ct);
            """, Members).HasMarkedFindings());

        Assert.Equal(
            "Whoever gets it may not find the rows: 'Notifier.Later → BackgroundJobClientExtensions.Enqueue' hands it out before the transaction begun at line 29 is committed, and a rollback does not take it back",
            finding.GetMessage());
        Assert.Equal("notifier.Later(1)", finding.Location.Text());
        Assert.Equal(["db.Database.BeginTransactionAsync(ct)", "Hangfire.BackgroundJobClientExtensions.Enqueue<Notifier>(jobs, n => n.SendAsync(id))"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }
}
