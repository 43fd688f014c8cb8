using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>
/// Projects that reference each other in the order in which they are added, each one all before it. A build compiles one after the other and
/// sees of the others what was emitted; an IDE sees their source.
/// </summary>
internal sealed class Projects
{
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Preview);

    /// <summary>Rules about what a call does beside reaching a sink, which effects say nothing of; and the one that speaks of every scope.</summary>
    private static readonly ImmutableHashSet<string> OfOneProject = ["PGTX105", "PGTX107", "PGTX702", "PGTX703", "PGTX706"];

    private readonly List<(string Name, (string Path, string Text)[] Files, string[]? References)> projects = [];

    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ReferenceSet References { get; init; } = ReferenceSet.Everything;

    /// <summary>The rules that are asked; null for all but those that need a project's own bodies, or speak of nearly everything.</summary>
    public ImmutableHashSet<string>? Rules { get; init; }

    /// <param name="references">The projects that it references; null for all before it.</param>
    public Projects With(string name, string source, string[]? references = null)
    {
        return With(name, [(name + ".cs", source)], references);
    }

    public Projects With(string name, (string Path, string Text)[] files, string[]? references)
    {
        projects.Add((name, files, references));
        return this;
    }

    /// <summary>What each project says when it is built, in their order.</summary>
    public Task<IReadOnlyList<Diagnostic>> Built() => Analyzed(asBuild: true);

    /// <summary>What each project says in an IDE.</summary>
    public Task<IReadOnlyList<Diagnostic>> Followed() => Analyzed(asBuild: false);

    /// <summary>Both find the same at the same places.</summary>
    public async Task<IReadOnlyList<Diagnostic>> FindTheSame(params string[] expected)
    {
        var built = await Built();
        var followed = await Followed();
        Assert.Equal(expected, followed.Where(Counts).Select(Place));
        Assert.Equal(expected, built.Where(Counts).Select(Place));
        return built;

        bool Counts(Diagnostic finding) => Rules is not null || !TestCode.Aside.Contains(finding.Id);
    }

    /// <summary>The text that the last project's assembly carries; null for none.</summary>
    public string? Exported(string key = EffectText.Key)
    {
        var (_, last) = Compile(asBuild: true).Last();
        return Attribute(last, key);
    }

    public static string? Attribute(Compilation compilation, string key = EffectText.Key) => compilation.Assembly.GetAttributes()
        .Where(a => a.AttributeClass?.Name == "AssemblyMetadataAttribute" && (string?)a.ConstructorArguments[0].Value == key)
        .Select(a => (string?)a.ConstructorArguments[1].Value).SingleOrDefault();

    /// <summary>As a command-line build runs it.</summary>
    public static Compilation Generate(Compilation compilation, AnalyzerConfigOptionsProvider options, IEnumerable<AdditionalText>? files = null)
    {
        CSharpGeneratorDriver.Create([new EffectGenerator().AsSourceGenerator()], files, Parse, options)
            .RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var problems, TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        return updated;
    }

    /// <summary>A reference assembly, as the SDK makes them: no bodies, no private members.</summary>
    public static MetadataReference Emit(Compilation compilation)
    {
        var image = new MemoryStream();
        var result = compilation.Emit(image, options: new EmitOptions(metadataOnly: true, includePrivateMembers: false));
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    public static string Place(Diagnostic finding)
    {
        var span = finding.Location.GetLineSpan();
        return $"{span.Path}:{span.StartLinePosition.Line + 1} {finding.Id}";
    }

    /// <param name="mustCompile">Fails where one does not; else the caller looks.</param>
    public IEnumerable<(string Name, Compilation Compilation)> Compile(bool asBuild, bool mustCompile = true)
    {
        Dictionary<string, MetadataReference> before = [];
        foreach (var (name, files, references) in projects)
        {
            var trees = files.Append(("Usings.cs", TestCode.ImplicitUsings)).Select(f => CSharpSyntaxTree.ParseText(SourceText.From(f.Item2, Encoding.UTF8), Parse, f.Item1));
            Compilation compilation = CSharpCompilation.Create(name, trees, [.. References.References, .. before.Where(b => references is null || references.Contains(b.Key)).Select(b => b.Value)], TestCode.Of("").CompilationOptions(isProgram: files.Any(f => f.Text.Contains("WebApplication.CreateBuilder"))));
            if (mustCompile)
                TestCode.NoErrors(compilation);
            if (asBuild)
                compilation = Generate(compilation, new GivenOptions(Options));
            before.Add(name, asBuild ? Emit(compilation) : compilation.ToMetadataReference());
            yield return (name, compilation);
        }
    }

    private async Task<IReadOnlyList<Diagnostic>> Analyzed(bool asBuild)
    {
        List<Diagnostic> all = [];
        foreach (var (_, compilation) in Compile(asBuild))
            all.AddRange(await AnalyzerRun.Findings(compilation, new AnalyzerOptions([], new GivenOptions(Options)), Product.CreateAnalyzers()));
        return [.. all.Where(finding => Rules?.Contains(finding.Id) ?? !OfOneProject.Contains(finding.Id))];
    }
}
