using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>What an assembly carries, and when it is computed.</summary>
public class EffectGeneratorTests
{
    private const string Client = """
        public class Client(HttpClient http)
        {
            public Task<string> GetAsync(string url) => http.GetStringAsync(url);
            public Task<string> GetAsync(int id) => http.GetStringAsync("/" + id);
            private Task<string> HiddenAsync() => http.GetStringAsync("/");
            internal Task<string> InternalAsync() => http.GetStringAsync("/");
            public int Add(int a, int b) => a + b;
        }
        """;

    [Fact]
    public void The_text_is_that_of_the_decision_record() => Assert.Equal(
        "3\nF HttpCarrier.cs\nN HttpClient.PostAsync\nE r:cu::0@0.5\nT Shop.Shipping.HttpCarrier\n:BookAsync 0\n",
        Text("""
            namespace Shop.Shipping;
            public sealed class HttpCarrier(HttpClient http)
            {
                public async Task BookAsync(int order) =>
                    await http.PostAsync("/" + order, null);
            }
            """, "HttpCarrier.cs"));

    [Fact]
    public void Only_what_others_can_call_is_exported() =>
        Assert.Equal([":GetAsync#", ":GetAsync#"], Methods(Text(Client)!).Select(m => m[..^8]));

    [Fact]
    public void Friends_see_what_is_internal() => Assert.Contains(
        ":InternalAsync", Methods(Text("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"App\")]\n" + Client)!));

    [Theory]
    [InlineData("public class Plain { public int Add(int a, int b) => a + b; }")]
    [InlineData("internal class Hidden(HttpClient http) { public Task<string> GetAsync() => http.GetStringAsync(\"/\"); }")]
    public void What_says_nothing_is_not_written(string source) => Assert.Null(Text(source));

    [Fact]
    public void Nothing_is_done_in_a_design_time_build() => Assert.Null(
        Projects.Attribute(Projects.Generate(TestCode.Of(Client).Compile(), new GivenOptions(new Dictionary<string, string> { ["build_property.DesignTimeBuild"] = "true" }))));

    [Fact]
    public void A_program_exports_nothing()
    {
        var program = TestCode.Of("System.Console.WriteLine();\n" + Client).Compile();
        Assert.Null(Projects.Attribute(Projects.Generate(program, new GivenOptions(new Dictionary<string, string>()))));
    }

    [Fact]
    public void An_edit_that_changes_no_effect_runs_nothing_again()
    {
        var compilation = TestCode.Of(Client).WithFile("Other.cs", "class Other { int One() => 1; }").Compile();
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new EffectGenerator().AsSourceGenerator()], parseOptions: new CSharpParseOptions(LanguageVersion.Preview), optionsProvider: new GivenOptions(new Dictionary<string, string>()),
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);
        var other = compilation.SyntaxTrees.Single(t => t.FilePath == "Other.cs");
        var edited = compilation.ReplaceSyntaxTree(other, other.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From("class Other { int Two() => 2; }", System.Text.Encoding.UTF8)));
        var result = driver.RunGenerators(edited, TestContext.Current.CancellationToken).GetRunResult().Results.Single();

        Assert.All(result.TrackedSteps[EffectGenerator.Step], step => Assert.All(step.Outputs, o => Assert.Equal(IncrementalStepRunReason.Unchanged, o.Reason)));
        Assert.All(result.TrackedOutputSteps.SelectMany(s => s.Value), step => Assert.All(step.Outputs, o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason)));
    }

    [Fact]
    public void Equal_input_gives_an_equal_assembly()
    {
        static byte[] Image()
        {
            using var image = new MemoryStream();
            var compilation = TestCode.Of(Client).Compile();
            compilation = compilation.WithOptions(compilation.Options.WithDeterministic(true));
            Assert.True(Projects.Generate(compilation, new GivenOptions(new Dictionary<string, string>())).Emit(image).Success);
            return image.ToArray();
        }

        Assert.Equal(Image(), Image());
    }

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var text = Text("""
            using Npgsql;
            public sealed class Unit : IAsyncDisposable
            {
                private readonly NpgsqlTransaction tx;
                public Unit(NpgsqlConnection conn) => tx = conn.BeginTransaction();
                public Task CommitAsync() => tx.CommitAsync();
                public ValueTask DisposeAsync() => tx.DisposeAsync();
                public static async Task RunAsync(NpgsqlDataSource source, HttpClient http, Func<NpgsqlConnection, NpgsqlTransaction, Task> work)
                {
                    await using var conn = await source.OpenConnectionAsync();
                    await using var tx = await conn.BeginTransactionAsync();
                    await work(conn, tx);
                    await http.GetStringAsync("/");
                    await Task.Delay(10);
                    await tx.CommitAsync();
                }
            }
            """)!;
        var effects = EffectText.Read(text);
        Assert.NotNull(effects);
        Assert.Equal(text, EffectText.Write(effects.All));
    }

    private static string? Text(string source, string path = "Client.cs") =>
        Projects.Attribute(Projects.Generate(TestCode.Of(source, path).Compile(), new GivenOptions(new Dictionary<string, string>())));

    private static IEnumerable<string> Methods(string text) => text.Split('\n').Where(l => l.StartsWith(':')).Select(l => l.Split(' ')[0]);
}
