namespace PgTxAnalyzers.Tests.Verification;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repository
{
    // Found from the test assembly upwards: the path in the sources is rewritten by a deterministic build.
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>All files below a folder that belong to the repository, without what a build leaves behind.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var path = PathOf(folder);
        if (!Directory.Exists(path))
            return [];

        return Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PgTxAnalyzers.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
