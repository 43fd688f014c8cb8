using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>A fresh project that has the package installed, as a user has it.</summary>
internal sealed class Consumer
{
    private const string PackageReference = $"""<PackageReference Include="PgTxAnalyzers" Version="{PackageFeed.Version}" PrivateAssets="all" />""";
    private const string NpgsqlReference = """<PackageReference Include="Npgsql" Version="10.0.3" />""";

    private Consumer(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>A project on Npgsql with the package.</summary>
    public static Consumer OnNpgsql(PackageFeed feed, string program) => Create(feed, program, NpgsqlReference + PackageReference);

    /// <summary>The same before anybody installed the package.</summary>
    public static Consumer WithoutPackage(PackageFeed feed, string program) => Create(feed, program, NpgsqlReference);

    /// <summary>A project that has the package and no data library.</summary>
    public static Consumer WithoutDataLibrary(PackageFeed feed, string program) => Create(feed, program, PackageReference);

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Directory, name), text);

    public string Read(string name) => File.ReadAllText(Path.Combine(Directory, name));

    public Task<CommandResult> DotnetAsync(params string[] arguments) =>
        CommandLine.DotnetAsync(Directory, arguments, TestContext.Current.CancellationToken);

    /// <summary>Builds everything anew: the compiler reports nothing for a project that is up to date.</summary>
    public async Task<BuildResult> BuildAsync(params string[] arguments)
    {
        var result = await DotnetAsync(["build", "--no-incremental", "-tl:off", "-v", "quiet", .. arguments]);

        // The summary says everything a second time.
        var said = result.Output.Split(["Build succeeded.", "Build FAILED."], StringSplitOptions.None)[0].Trim();
        return new(result.ExitCode, said, Finding.Parse(said));
    }

    private static Consumer Create(PackageFeed feed, string program, string references)
    {
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(feed.Directory, Path.GetRandomFileName()));
        var consumer = new Consumer(directory.FullName);
        consumer.Write(
            "Shop.csproj",
            $"""
             <Project Sdk="Microsoft.NET.Sdk">
               <PropertyGroup>
                 <TargetFramework>net10.0</TargetFramework>
                 <Nullable>enable</Nullable>
                 <ImplicitUsings>enable</ImplicitUsings>
                 <NuGetAudit>false</NuGetAudit>
               </PropertyGroup>
               <ItemGroup>
                 {references}
               </ItemGroup>
             </Project>
             """);
        consumer.Write("Shop.cs", program);
        return consumer;
    }
}

/// <summary>What a build said: nothing at all, where it has nothing to report.</summary>
internal sealed record BuildResult(int ExitCode, string Output, IReadOnlyList<Finding> Findings)
{
    /// <summary>Severities and ids, ordered.</summary>
    public IEnumerable<string> Shown() => Findings.Select(f => $"{f.Severity} {f.Id}").Order(StringComparer.Ordinal);
}

/// <summary>A line of build output that names a place, as an editor or a CI log reads it.</summary>
internal sealed partial record Finding(string File, int Line, string Severity, string Id, string Message)
{
    public static IReadOnlyList<Finding> Parse(string output) =>
        [.. Format().Matches(output).Select(m => new Finding(
            Path.GetFileName(m.Groups["file"].Value),
            int.Parse(m.Groups["line"].Value, CultureInfo.InvariantCulture),
            m.Groups["severity"].Value,
            m.Groups["id"].Value,
            m.Groups["message"].Value))];

    [GeneratedRegex(@"^(?<file>[^\r\n(]+)\((?<line>\d+),\d+\): (?<severity>warning|error) (?<id>\w+): (?<message>[^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex Format();
}
