using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>A test's code as a project in a workspace, which is where fixes work. The marks are taken out.</summary>
internal static class FixWorkspace
{
    public static Project Open(TestCode code)
    {
        var isProgram = ((CSharpCompilation)code.Compile()).Options.OutputKind == OutputKind.ConsoleApplication;
        var id = ProjectId.CreateNewId();
        var solution = new AdhocWorkspace().CurrentSolution.AddProject(ProjectInfo.Create(
            id, VersionStamp.Create(), "Test", "Test", LanguageNames.CSharp,
            compilationOptions: code.CompilationOptions(isProgram),
            parseOptions: new CSharpParseOptions(LanguageVersion.Preview),
            metadataReferences: code.References.References));

        foreach (var (path, text) in code.Sources.Add(("ImplicitUsings.cs", TestCode.ImplicitUsings)))
            solution = solution.AddDocument(DocumentId.CreateNewId(id), path, Text(Markers.Strip(text)), filePath: path);
        foreach (var (path, text) in code.AdditionalFiles)
            solution = solution.AddAdditionalDocument(DocumentId.CreateNewId(id), path, Text(text ?? ""), filePath: path);

        // A fix reads options as the editor gives them to it: from a global configuration file.
        var config = "is_global = true\n" + string.Concat(code.Options.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} = {pair.Value}\n"));
        solution = solution.AddAnalyzerConfigDocument(DocumentId.CreateNewId(id), ".globalconfig", Text(config), filePath: "/.globalconfig");
        return solution.GetProject(id)!;
    }

    /// <summary>What all rules say about the project as it stands; it has to compile unless the test says otherwise.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Findings(Project project, TestCode code)
    {
        var compilation = (await project.GetCompilationAsync())!;
        if (!code.IsBroken)
            TestCode.NoErrors(compilation);
        return await AnalyzerRun.Findings(compilation, code.AnalyzerOptions(), Product.CreateAnalyzers());
    }

    public static async Task<string> TextOf(Project project, string path)
    {
        var document = project.Documents.Single(document => document.FilePath == path);
        return (await document.GetTextAsync()).ToString();
    }

    private static SourceText Text(string text) => SourceText.From(text, Encoding.UTF8);
}
