using PgTxAnalyzers.EndToEnd;
using Xunit;

[assembly: AssemblyFixture(typeof(PackageFeed))]

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The package, packed once for all tests into a feed of its own, in a temporary folder outside the repository.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    /// <summary>A version that nobody releases, so that no test can pass on a package from elsewhere.</summary>
    public const string Version = "0.0.0-endtoend";

    /// <summary>Holds the feed and everything that the tests make; its build files end MSBuild's search for those of a parent.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("pgtx-endtoend-").FullName;

    public string Package => Path.Combine(Directory, "feed", $"PgTxAnalyzers.{Version}.nupkg");

    public async ValueTask InitializeAsync()
    {
        var result = await CommandLine.DotnetAsync(
            Repository.Root,
            ["pack", Repository.PackageProject, "--no-build", "-c", Repository.Configuration, "-o", Path.Combine(Directory, "feed"), $"-p:PackageVersion={Version}"],
            TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.DoesNotContain("warning", result.Output, StringComparison.OrdinalIgnoreCase);

        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        Write(".editorconfig", "root = true");
        Write("nuget.config", NuGetConfig());
    }

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Directory, name), text);

    /// <summary>
    /// The feed comes on top of the machine's own sources. Packages are unpacked into a folder of the tests, so that the
    /// user's cache never holds this version; what that cache holds already is read from there.
    /// </summary>
    private static string NuGetConfig() =>
        $"""
         <configuration>
           <config>
             <add key="globalPackagesFolder" value="packages" />
           </config>
           <packageSources>
             <add key="PgTxAnalyzers under test" value="feed" />
           </packageSources>
           <fallbackPackageFolders>
             <add key="The user's packages" value="{UserPackages()}" />
           </fallbackPackageFolders>
         </configuration>
         """;

    private static string UserPackages()
    {
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        // NuGet refuses a fallback folder that is not there.
        return System.IO.Directory.CreateDirectory(folder).FullName;
    }
}
