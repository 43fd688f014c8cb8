using System.Text;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>
/// A folder of projects as a solution, without a build: each file belongs to the project file nearest above it, and everything is compiled against the largest reference set.
/// What is missing there is missing; for code that is to be broken, that is near enough.
/// </summary>
internal static class SourceFolder
{
    public static Solution Open(string folder)
    {
        var projects = Files(folder, "*.csproj").DistinctBy(Path.GetDirectoryName).ToDictionary(path => Path.GetDirectoryName(path)! + "/", path => (Path: path, Id: ProjectId.CreateNewId()));
        var byPath = projects.Values.ToDictionary(project => Path.GetFullPath(project.Path), project => project.Id);
        var references = ReferenceSet.Everything.References;
        var solution = new AdhocWorkspace().CurrentSolution;
        foreach (var (path, id) in projects.Values)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            solution = solution.AddProject(ProjectInfo.Create(
                id, VersionStamp.Create(), name, name, LanguageNames.CSharp, filePath: path,
                compilationOptions: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Annotations, allowUnsafe: true),
                parseOptions: new CSharpParseOptions(LanguageVersion.Preview),
                metadataReferences: references));
            solution = solution.AddDocument(DocumentId.CreateNewId(id), "ImplicitUsings.cs", SourceText.From(TestCode.ImplicitUsings, Encoding.UTF8), filePath: path + ".ImplicitUsings.cs");
        }

        foreach (var (path, id) in projects.Values)
        {
            var others = XDocument.Load(path).Descendants().Where(element => element.Name.LocalName == "ProjectReference").Select(element => element.Attribute("Include")?.Value)
                .OfType<string>().Select(include => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, include.Replace('\\', '/'))));
            foreach (var other in others.Distinct().Where(byPath.ContainsKey))
            {
                if (byPath[other] != id && !solution.GetProjectDependencyGraph().GetProjectsThatThisProjectTransitivelyDependsOn(byPath[other]).Contains(id))
                    solution = solution.AddProjectReference(id, new ProjectReference(byPath[other]));
            }
        }

        foreach (var file in Files(folder, "*.cs"))
        {
            if (Nearest(file, projects) is { } id)
                solution = solution.AddDocument(DocumentId.CreateNewId(id), Path.GetFileName(file), SourceText.From(File.ReadAllText(file), Encoding.UTF8), filePath: file);
        }

        return solution;
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static ProjectId? Nearest(string file, Dictionary<string, (string Path, ProjectId Id)> projects)
    {
        for (var folder = Path.GetDirectoryName(file); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (projects.TryGetValue(folder + "/", out var project))
                return project.Id;
        }

        return null;
    }
}
