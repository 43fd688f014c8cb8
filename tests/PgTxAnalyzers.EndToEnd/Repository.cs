using System.Reflection;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>Where the sources are that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PackageProject { get; } = Path.Combine(Root, "src", "PgTxAnalyzers.Package", "PgTxAnalyzers.Package.csproj");

    public static string Configuration { get; } = typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PgTxAnalyzers.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not below the repository");
    }
}
