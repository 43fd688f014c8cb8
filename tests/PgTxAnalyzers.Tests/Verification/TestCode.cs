using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// Source code with everything around it that an analyzer can see. Immutable: each <c>With…</c> gives a new one.
/// <code>
/// await TestCode.Method("""
///     await using var tx = await conn.BeginTransactionAsync(ct);
///     await conn.ExecuteAsync("SELECT 1");
///     await http.GetStringAsync(url, ct);   // expect: PGTX101
///     await tx.CommitAsync(ct);
///     """).HasMarkedFindings();
/// </code>
/// </summary>
internal sealed record TestCode
{
    /// <summary>The usual implicit usings, as the SDK writes them for a service.</summary>
    public const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The name of the first file, and of the only one of most tests.</summary>
    public const string MainFile = "Test0.cs";

    private TestCode()
    {
    }

    public ImmutableArray<(string Path, string Text)> Sources { get; init; } = [];

    public ImmutableArray<(string Path, string? Text)> AdditionalFiles { get; private init; } = [];

    public ImmutableDictionary<string, string> Options { get; private init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableDictionary<string, ReportDiagnostic> Severities { get; private init; } = ImmutableDictionary<string, ReportDiagnostic>.Empty;

    public ReferenceSet References { get; private init; } = ReferenceSet.Everything;

    /// <summary>The code is meant not to compile. Without this, a compilation error fails the test: it would test nothing.</summary>
    public bool IsBroken { get; private init; }

    /// <summary>The rules that are compared with the marks; null for all.</summary>
    public ImmutableHashSet<string>? Counted { get; private init; }

    public static TestCode Of(string source, string path = MainFile) => new() { Sources = [(path, source)] };

    /// <summary>
    /// Statements, inside an async method with the parameters <c>conn</c> (open, Npgsql), <c>source</c>, <c>db</c> (a
    /// <c>DbContext</c> with <c>Orders</c>), <c>http</c>, <c>url</c>, <c>ct</c>. For what a rule says about one body.
    /// </summary>
    public static TestCode Method(string statements, string members = "") => Of($$"""
        using System.Data.Common;
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        public class Order
        {
            public int Id { get; set; }
            public string? Status { get; set; }
        }

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
        }

        public class Service
        {
            public async Task Run(NpgsqlConnection conn, NpgsqlDataSource source, ShopContext db, HttpClient http, string url, CancellationToken ct)
            {
        {{Indent(statements, 8)}}
                await Task.CompletedTask;
            }
        {{Indent(members, 4)}}
        }
        """);

    public TestCode WithFile(string path, string source) => this with { Sources = Sources.Add((path, source)) };

    public TestCode WithOption(string key, string value) => this with { Options = Options.SetItem(key, value) };

    /// <summary>An additional file; null is one that cannot be read.</summary>
    public TestCode WithAdditionalFile(string path, string? text) => this with { AdditionalFiles = AdditionalFiles.Add((path, text)) };

    public TestCode WithReferences(ReferenceSet references) => this with { References = references };

    public TestCode WithSeverity(string id, ReportDiagnostic severity) => this with { Severities = Severities.SetItem(id, severity) };

    public TestCode Broken() => this with { IsBroken = true };

    /// <summary>Counts these rules alone, for a test whose code other rules may well have something to say about.</summary>
    public TestCode Counting(params IEnumerable<string> ids) => this with { Counted = [.. ids] };

    /// <summary>A program if there are top-level statements, else a library, as the SDK would have it.</summary>
    public CSharpCompilation Compile()
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = Sources.Add(("ImplicitUsings.cs", ImplicitUsings))
            .Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text, Encoding.UTF8), parse, file.Path))
            .ToArray();
        var isProgram = trees.Any(tree => tree.GetCompilationUnitRoot().Members.Any(member => member is GlobalStatementSyntax));
        var compilation = CSharpCompilation.Create("Test", trees, References.References, CompilationOptions(isProgram));
        if (!IsBroken)
            NoErrors(compilation);
        return compilation;
    }

    public CSharpCompilationOptions CompilationOptions(bool isProgram) =>
        new(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
            allowUnsafe: true, specificDiagnosticOptions: Severities);

    public AnalyzerOptions AnalyzerOptions() =>
        new([.. AdditionalFiles.Select(file => (AdditionalText)new GivenFile(file.Path, file.Text))], new GivenOptions(Options));

    /// <summary>What all rules say, in the order of the source. An exception in an analyzer fails the test.</summary>
    public Task<ImmutableArray<Diagnostic>> Findings() => AnalyzerRun.Findings(Compile(), AnalyzerOptions(), Product.CreateAnalyzers());

    /// <summary>Compares the findings with the marks and gives them back for a closer look.</summary>
    public async Task<ImmutableArray<Diagnostic>> HasMarkedFindings()
    {
        var findings = await Findings();
        var counted = Counted ?? Asked();
        var comparison = Comparison.Of(Sources, findings, counted);
        Assert.True(comparison.IsRight, comparison.ToString());
        return [.. findings.Where(finding => counted.Contains(finding.Id))];
    }

    /// <summary>
    /// Nearly every handler and every begin of a test of something else has no retry around it: the rules that ask for one count where a mark, or the test, names them.
    /// </summary>
    private ImmutableHashSet<string> Asked()
    {
        var marks = Markers.Read(Sources).Mentioned;
        return [.. Product.SupportedIds.Where(id => !Aside.Contains(id) || marks.Contains(id)).Concat(marks)];
    }

    /// <summary>The rules that ask for a retry, and those that speak of nearly every scope, and of nearly every UPDATE that a test writes down.</summary>
    public static ImmutableHashSet<string> Aside { get; } =
        ["PGTX110", "PGTX201", "PGTX202", "PGTX203", "PGTX204", "PGTX205", "PGTX206", "PGTX207", "PGTX208", "PGTX209", "PGTX210", "PGTX211", "PGTX212", "PGTX705", "PGTX706", "PGTX707"];

    /// <summary>As <see cref="HasMarkedFindings"/>, for code without marks. Says so by its name.</summary>
    public async Task IsQuiet()
    {
        var marks = Markers.Read(Sources);
        Assert.True(marks.Expected.Count + marks.Allowed.Count == 0, "The code has marks: HasMarkedFindings is meant.");
        await HasMarkedFindings();
    }

    /// <summary>Applies the fix to the finding marked <c>// fix:</c>, or to the only one of the rule that is marked.</summary>
    public FixRun Fix(string id, string? equivalenceKey = null) => new(this, id, equivalenceKey, all: false);

    /// <summary>Applies the fix to all findings of the rule at once.</summary>
    public FixRun FixAll(string id, string? equivalenceKey = null) => new(this, id, equivalenceKey, all: true);

    public static void NoErrors(Compilation compilation)
    {
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        Assert.True(errors.Count == 0, "The test code does not compile:\n" + string.Join("\n", errors.Take(10)));
    }

    private static string Indent(string text, int by) =>
        string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));
}
