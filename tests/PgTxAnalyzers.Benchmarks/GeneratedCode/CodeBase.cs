using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>
/// A code base of a given length, equal in every run. It consists of modules as a business application has them: an entity, its
/// contracts, mapping, validation, repository, service, client of a partner system, controller.
/// </summary>
public sealed partial class CodeBase
{
    private const int RegionsPerHundredMethods = 2;

    private readonly SortedDictionary<string, int> expected = new(StringComparer.Ordinal);

    private CodeBase(Shape shape) => Shape = shape;

    public Shape Shape { get; }

    public List<(string Path, string Text)> Files { get; } = [];

    public int Lines { get; private set; }

    public int Methods { get; private set; }

    /// <summary>Methods that begin a transaction.</summary>
    public int Regions { get; private set; }

    /// <summary>How often each rule has to report.</summary>
    public IReadOnlyDictionary<string, int> Expected => expected;

    public ReferenceSet References => Shape == Shape.NoDataLibrary ? ReferenceSet.NoData : ReferenceSet.Everything;

    public static CodeBase Generate(Shape shape, int lines)
    {
        var code = new CodeBase(shape);
        code.Add("GlobalUsings.cs", Module.GlobalUsings);
        for (var index = 0; code.Lines < lines; index++)
            code.AddModule(new Module(shape, index));
        return code;
    }

    private void AddModule(Module module)
    {
        foreach (var (path, text) in module.Files())
            Add(path, text);
        if (Shape != Shape.SomeRegions)
            return;

        List<RegionMethod> methods = [];
        while ((Regions + methods.Count + 1) * 100 <= (Methods + methods.Count + 1) * RegionsPerHundredMethods)
            methods.Add(RegionMethod.Number(Regions + methods.Count));
        if (methods.Count == 0)
            return;

        var (unitPath, unitText) = module.UnitOfWork(methods);
        Add(unitPath, unitText);
        Regions += methods.Count;
        foreach (var rule in methods.SelectMany(method => method.Rules))
            expected[rule] = expected.GetValueOrDefault(rule) + 1;
    }

    private void Add(string path, string text)
    {
        Files.Add((path, text));
        Lines += text.Count(letter => letter == '\n') + 1;
        Methods += MethodHead().Count(text);
    }

    // Text is enough: the templates write a method's modifiers and its parameter list on one line.
    [GeneratedRegex(@"^    (public|private|protected|internal)[^=;({]*\([^\n]*\)[^;\n]*$", RegexOptions.Multiline)]
    private static partial Regex MethodHead();
}
