using PgTxAnalyzers.CrossProjectSample;
using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>
/// Four projects whose bug crosses all of them, built as users build them: the compiler sees the others as reference assemblies. That an IDE, which
/// follows their source, finds the same is a unit test of the same sample.
/// </summary>
public sealed class LayersTests(PackageFeed feed)
{
    [Fact]
    public async Task A_build_of_the_whole_finds_what_an_IDE_finds()
    {
        var layers = Copy();

        var build = await BuildAsync(layers, "Api");

        Assert.Equal(LayersSample.Findings, build);
    }

    [Fact]
    public async Task Each_project_alone_has_its_share_and_an_untouched_one_is_not_compiled_again()
    {
        var layers = Copy();
        List<string> all = [];
        foreach (var (name, _) in LayersSample.Projects)
            all.AddRange(await BuildAsync(layers, name, "--no-dependencies"));

        Assert.Equal(LayersSample.Findings, all.Order(StringComparer.Ordinal));

        // A design-time build in between leaves the next build nothing to do.
        var infrastructure = Path.Combine(layers, "Infrastructure");
        var assembly = Directory.GetFiles(infrastructure, "Infrastructure.dll", SearchOption.AllDirectories).First(f => f.Contains("bin", StringComparison.Ordinal));
        var before = File.ReadAllBytes(assembly);
        Assert.Contains("PgTx.Effects", System.Text.Encoding.UTF8.GetString(before));
        var design = await RunAsync(infrastructure, "msbuild", "-t:ResolveAssemblyReferencesDesignTime;GenerateMSBuildEditorConfigFile", "-p:DesignTimeBuild=true", "-v:quiet");
        Assert.True(design.ExitCode == 0, design.Output);
        var again = await RunAsync(infrastructure, "build", "--no-restore", "-v", "normal", "-tl:off");
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.Contains("Skipping target \"CoreCompile\"", again.Output);
        await BuildAsync(layers, "Infrastructure", "--no-dependencies");
        Assert.Equal(before, File.ReadAllBytes(assembly));
    }

    private string Copy()
    {
        var folder = Directory.CreateDirectory(Path.Combine(feed.Directory, Path.GetRandomFileName())).FullName;
        var source = Path.Combine(Repository.Root, LayersSample.Folder);
        foreach (var file in Directory.EnumerateFiles(source, "*.cs*", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        File.WriteAllText(
            Path.Combine(folder, "Directory.Build.props"),
            $"""
             <Project>
               <PropertyGroup>
                 <TargetFramework>net10.0</TargetFramework>
                 <Nullable>enable</Nullable>
                 <ImplicitUsings>enable</ImplicitUsings>
                 <NuGetAudit>false</NuGetAudit>
               </PropertyGroup>
               <ItemGroup>
                 <PackageReference Include="PgTxAnalyzers" Version="{PackageFeed.Version}" PrivateAssets="all" />
               </ItemGroup>
             </Project>
             """);
        File.WriteAllText(Path.Combine(folder, "Directory.Build.targets"), """<Project><ItemGroup><PackageReference Update="Npgsql" Version="10.0.3" /></ItemGroup></Project>""");
        return folder;
    }

    private static async Task<IReadOnlyList<string>> BuildAsync(string layers, string project, params string[] arguments)
    {
        var result = await RunAsync(Path.Combine(layers, project), ["build", "--no-incremental", "-tl:off", "-v", "quiet", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Output);
        return [.. Finding.Parse(result.Output).Select(f => $"{f.File}:{f.Line} {f.Id}").Distinct().Order(StringComparer.Ordinal)];
    }

    private static Task<CommandResult> RunAsync(string folder, params string[] arguments) =>
        CommandLine.DotnetAsync(folder, arguments, TestContext.Current.CancellationToken);
}
