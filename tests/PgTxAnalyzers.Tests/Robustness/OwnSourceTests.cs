using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>
/// All rules over this repository's own code. The data libraries are referenced here although the product does not need
/// them: without one nothing would run.
/// </summary>
public class OwnSourceTests
{
    [Theory]
    [InlineData("src/PgTxAnalyzers")]
    [InlineData("src/PgTxAnalyzers.CodeFixes")]
    [InlineData("tests/PgTxAnalyzers.Tests")]
    [InlineData("tests/PgTxAnalyzers.Benchmarks")]
    public async Task Nothing_is_found(string project)
    {
        var token = TestContext.Current.CancellationToken;
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var sources = Repository.Files(project, "*.cs").Where(file => !file.Contains("/Examples/PGTX", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sources);
        var trees = sources
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.PathOf(file)), parse, file, cancellationToken: token))
            .Append(CSharpSyntaxTree.ParseText(TestCode.ImplicitUsings + "global using Xunit;", parse, "ImplicitUsings.cs", cancellationToken: token));

        // What the tests run with is on disk beside them, Roslyn and xunit among it.
        var loaded = Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Where(IsManaged).Select(path => (MetadataReference)MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Own", trees, [.. ReferenceSet.Everything.References, .. loaded],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        // The tests' sources are full of connection strings to poolers, as data.
        var options = TestCode.Of("").WithOption("pgtx.pooling", "none").AnalyzerOptions();
        var findings = await AnalyzerRun.Findings(compilation, options, Product.CreateAnalyzers(), token);
        Assert.Empty(findings.Select(AnalyzerRun.Describe));
    }

    private static bool IsManaged(string path)
    {
        try
        {
            System.Reflection.AssemblyName.GetAssemblyName(path);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
