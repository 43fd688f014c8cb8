using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// A fix under test, for a finding that the test states itself: <c>/*call*/</c> stands before the call, <c>/*begin*/</c> before the begin. What a fix
/// refuses can be tested this way for code on which no rule reports (yet). The result has to compile without a new warning.
/// <code>
/// await new StatedFinding(new SomeFix(), "PGTX101", code).Becomes("PGTX101.MoveBefore", expected);
/// </code>
/// </summary>
internal sealed class StatedFinding(CodeFixProvider fix, string id, string members)
{
    /// <summary>The members of a class that has the connection, the context and the clients in fields.</summary>
    private const string Before = """
        #nullable enable
        using System;
        using System.Collections.Generic;
        using System.Data;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Net.Http.Json;
        using System.Threading;
        using System.Threading.Tasks;
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.Logging;
        using Npgsql;
        using IsolationLevel = System.Data.IsolationLevel;

        public class Order
        {
            public int Id { get; set; }
            public string? State { get; set; }
            public string? Label { get; set; }
        }

        public class Hold
        {
            public int Id { get; set; }
            public int OrderId { get; set; }
        }

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
            public DbSet<Hold> Holds => Set<Hold>();
        }

        public class Tax(HttpClient http)
        {
            public async Task<decimal> RateAsync(string country, CancellationToken ct) => decimal.Parse(await http.GetStringAsync("/" + country, ct));
        }

        public class Mailer(HttpClient http)
        {
            public Task SendAsync(int id, CancellationToken ct) => http.PostAsync("/" + id, null, ct);
            public async Task<string> SendAsync(Order order, CancellationToken ct) => (await http.PostAsync("/" + order.Id, null, ct)).ToString();
        }

        public class Payments(HttpClient http)
        {
            public Task<string> ChargeAsync(int number, decimal amount, CancellationToken ct) => http.GetStringAsync($"/{number}/{amount}", ct);
        }

        public interface IGateway
        {
            Task<string> AskAsync(int id, CancellationToken ct);
        }

        public class Audit(ShopContext db, HttpClient http)
        {
            public async Task ReportAsync(int id, CancellationToken ct)
            {
                var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                await http.PostAsync("/" + order.Id, null, ct);
            }
        }

        public partial class Service(
            NpgsqlDataSource dataSource, NpgsqlConnection shared, ShopContext db, Tax tax, Mailer mailer, Payments payments, Audit audit, IGateway gateway,
            HttpClient http, ILogger<Service> logger, string connectionString)
        {
            private static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted };
            private int _count;
            public void Use() => Console.WriteLine($"{dataSource}{shared}{db}{tax}{mailer}{payments}{audit}{gateway}{http}{logger}{connectionString}{ReadCommitted}{_count++}");


        """;

    /// <summary>The kind of region, as the analyzer says it.</summary>
    public string Region { get; init; } = "transaction";

    public string LineEnd { get; init; } = "\n";

    /// <summary>The members are a whole file, with its usings.</summary>
    public bool IsFile { get; init; }

    public async Task<string> Becomes(string key, string expected)
    {
        var document = Open(out var findings);
        var actions = (await Offered(document, findings[0])).Where(action => action.EquivalenceKey == key).ToList();
        Assert.True(actions.Count == 1, $"The action {key} is not offered.");
        var result = await Result(actions[0], document);
        Assert.Equal(expected.ReplaceLineEndings("\n").Trim('\n'), result.ReplaceLineEndings("\n").Trim('\n'));
        if (LineEnd == "\r\n")
        {
            Assert.DoesNotContain(result.Replace("\r\n", ""), character => character is '\r' or '\n');
        }

        return result;
    }

    public async Task IsNotOffered(string key)
    {
        var document = Open(out var findings);
        foreach (var finding in findings)
        {
            Assert.DoesNotContain(await Offered(document, finding), action => action.EquivalenceKey == key);
        }
    }

    /// <summary>The project as it is, and what each offered action makes of it, by the action's key.</summary>
    public async Task<(Project Before, IReadOnlyList<(string Key, Project After)> Offers)> Results()
    {
        var document = Open(out var findings);
        List<(string, Project)> results = [];
        foreach (var action in await Offered(document, findings[0]))
        {
            results.Add((action.EquivalenceKey!, await FixActions.Apply(action, document.Project)));
        }

        return (document.Project, results);
    }

    /// <summary>FixAll over the document; every marked call is a finding, with the last begin before it.</summary>
    public async Task AllBecome(string key, string expected)
    {
        var document = Open(out var findings);
        var fixAll = fix.GetFixAllProvider();
        Assert.NotNull(fixAll);
        foreach (var scope in new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution })
        {
            var context = new FixAllContext(document, fix, scope, key, [id], new Stated(findings), CancellationToken.None);
            var action = await fixAll.GetFixAsync(context);
            Assert.NotNull(action);
            var result = await Result(action, document);
            Assert.Equal(expected.ReplaceLineEndings("\n").Trim('\n'), result.ReplaceLineEndings("\n").Trim('\n'));
        }
    }

    private async Task<IReadOnlyList<CodeAction>> Offered(Document document, Diagnostic finding)
    {
        List<CodeAction> actions = [];
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, finding, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    private async Task<string> Result(CodeAction action, Document document)
    {
        var project = await FixActions.Apply(action, document.Project);
        var changed = project.GetDocument(document.Id)!;
        var old = (await document.Project.GetCompilationAsync())!.GetDiagnostics().Where(IsComplaint).Select(diagnostic => diagnostic.Id).ToList();
        foreach (var complaint in (await project.GetCompilationAsync())!.GetDiagnostics().Where(IsComplaint))
        {
            Assert.True(old.Remove(complaint.Id), $"The fix brings {complaint}\n{await changed.GetTextAsync()}");
        }

        var text = (await changed.GetTextAsync()).ToString();
        if (IsFile)
        {
            return text;
        }

        var head = Before.ReplaceLineEndings(LineEnd);
        Assert.StartsWith(head, text);
        var end = text.LastIndexOf('}');
        return string.Join(LineEnd, text[head.Length..end].Split(LineEnd).Select(line => line.StartsWith("    ") ? line[4..] : line));
    }

    private static bool IsComplaint(Diagnostic diagnostic) => diagnostic.Severity >= DiagnosticSeverity.Warning;

    private Document Open(out List<Diagnostic> findings)
    {
        var marked = IsFile
            ? members.ReplaceLineEndings(LineEnd)
            : (Before.ReplaceLineEndings("\n") + string.Join("\n", members.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line)) + "\n}\n").ReplaceLineEndings(LineEnd);
        var source = Strip(marked, out var marks);
        var isProgram = Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(source).GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax);
        var id = ProjectId.CreateNewId();
        var document = DocumentId.CreateNewId(id);
        var code = TestCode.Of("");
        var solution = new AdhocWorkspace().CurrentSolution
            .AddProject(ProjectInfo.Create(id, VersionStamp.Create(), "Test", "Test", LanguageNames.CSharp,
                compilationOptions: code.CompilationOptions(isProgram), metadataReferences: code.References.References))
            .AddDocument(document, "Test0.cs", SourceText.From(source));
        var opened = solution.GetDocument(document)!;
        var root = opened.GetSyntaxRootAsync().Result!;
        Assert.Empty(opened.Project.GetCompilationAsync().Result!.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        findings = Findings(root, marks);
        return opened;
    }

    private List<Diagnostic> Findings(SyntaxNode root, List<(string Kind, int Position)> marks)
    {
        var descriptor = new DiagnosticDescriptor(id, "stated", "stated", "Test", DiagnosticSeverity.Warning, isEnabledByDefault: true);
        List<Diagnostic> findings = [];
        SyntaxNode? begin = null;
        foreach (var (kind, position) in marks)
        {
            var node = Marked(root, position);
            if (kind == "begin")
            {
                begin = node;
            }
            else
            {
                var properties = ImmutableDictionary<string, string?>.Empty.Add("pgtx.region", Region).Add("pgtx.direct", "true");
                findings.Add(Diagnostic.Create(descriptor, node.GetLocation(), begin is null ? [] : [begin.GetLocation()], properties));
            }
        }

        Assert.NotEmpty(findings);
        return findings;
    }

    /// <summary>The call or creation that begins at a mark, without a <c>ConfigureAwait</c> around it.</summary>
    private static SyntaxNode Marked(SyntaxNode root, int position) =>
        root.FindToken(position).Parent!.AncestorsAndSelf().OfType<ExpressionSyntax>()
            .Where(node => node.SpanStart == position && node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax)
            .Where(node => node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" or "GetAwaiter" or "GetResult" } })
            .Last(node => node.SpanStart == position);

    private static string Strip(string text, out List<(string Kind, int Position)> marks)
    {
        marks = [];
        while (true)
        {
            var next = new[] { "begin", "call" }.Select(kind => (Kind: kind, Position: text.IndexOf($"/*{kind}*/", StringComparison.Ordinal)))
                .Where(mark => mark.Position >= 0).OrderBy(mark => mark.Position).FirstOrDefault();
            if (next.Kind is null)
            {
                return text;
            }

            marks.Add(next);
            text = text.Remove(next.Position, next.Kind.Length + 4);
        }
    }

    private sealed class Stated(IReadOnlyList<Diagnostic> findings) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(findings);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(findings);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
