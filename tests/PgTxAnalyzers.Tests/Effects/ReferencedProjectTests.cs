using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Projects whose source the host has beside the one that is analysed, as an IDE does.</summary>
public sealed class ReferencedProjectTests
{
    private const string Library = """
        using MediatR;
        using Microsoft.EntityFrameworkCore;

        namespace Library;

        public interface ITransactional;

        public sealed class Bank(HttpClient http)
        {
            public Task ChargeAsync() => http.GetAsync("/charge");
        }

        public sealed class TransactionBehavior<TRequest, TResponse>(DbContext db) : IPipelineBehavior<TRequest, TResponse> where TRequest : ITransactional
        {
            public async Task<TResponse> Handle(TRequest request, RequestHandlerDelegate<TResponse> next, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                var response = await next();
                await tx.CommitAsync(ct);
                return response;
            }
        }
        """;

    [Fact]
    public async Task A_step_in_another_project_is_named_by_its_path_and_line()
    {
        var finding = Assert.Single(await Findings("""
            using Library;
            using Microsoft.EntityFrameworkCore;

            public sealed class Checkout(DbContext db, Bank bank)
            {
                public async Task RunAsync()
                {
                    await using var tx = await db.Database.BeginTransactionAsync();
                    await db.SaveChangesAsync();
                    await bank.ChargeAsync();
                    await tx.CommitAsync();
                }
            }
            """));
        Assert.Equal(("PGTX101", 10), (finding.Id, Line(finding.Location)));
        Assert.Equal([("Test.cs", 8, true), ("Library.cs", 10, false)], finding.AdditionalLocations.Select(l => (l.GetLineSpan().Path, Line(l), l.IsInSource)));
    }

    [Fact]
    public async Task A_behavior_in_another_project_stands_around_the_handlers_of_this_one()
    {
        var finding = Assert.Single(await Findings("""
            using Library;
            using MediatR;
            using Microsoft.EntityFrameworkCore;

            public sealed record Pay(int Id) : IRequest<bool>, ITransactional;

            public sealed class PayHandler(DbContext db, Bank bank) : IRequestHandler<Pay, bool>
            {
                public async Task<bool> Handle(Pay request, CancellationToken ct)
                {
                    await db.SaveChangesAsync(ct);
                    await bank.ChargeAsync();
                    return true;
                }
            }
            """));
        Assert.Equal(("PGTX101", 12), (finding.Id, Line(finding.Location)));
        Assert.Contains("that TransactionBehavior.Handle holds around this handler (begun at line 17 of Library.cs)", finding.GetMessage());
        Assert.Equal([("Library.cs", 17), ("Library.cs", 18), ("Library.cs", 10)], finding.AdditionalLocations.Select(l => (l.GetLineSpan().Path, Line(l))));
    }

    private static int Line(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;

    private static async Task<IReadOnlyList<Diagnostic>> Findings(string source)
    {
        var library = TestCode.Of(Library, "Library.cs").Compile().WithAssemblyName("Library");
        var test = TestCode.Of(source, "Test.cs");
        var compilation = new CompilationWith(test, library.ToMetadataReference()).Compile();
        return await AnalyzerRun.Findings(compilation, test.AnalyzerOptions(), Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
    }

    private sealed record CompilationWith(TestCode Code, MetadataReference Reference)
    {
        public Compilation Compile()
        {
            var compilation = Code.Broken().Compile().AddReferences(Reference);
            TestCode.NoErrors(compilation);
            return compilation;
        }
    }
}
