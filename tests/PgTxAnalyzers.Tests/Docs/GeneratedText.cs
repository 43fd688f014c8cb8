using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>
/// Text in the repository that follows from the descriptors. A test compares it; run with PGTX_UPDATE_DOCS=1, it writes it:
/// <c>PGTX_UPDATE_DOCS=1 dotnet test --project tests/PgTxAnalyzers.Tests</c>.
/// </summary>
internal static class GeneratedText
{
    private static readonly bool Updates = Environment.GetEnvironmentVariable("PGTX_UPDATE_DOCS") == "1";

    /// <summary>The whole file is generated.</summary>
    public static void HoldsFile(string path, string expected)
    {
        var file = Repository.PathOf(path);
        var actual = File.Exists(file) ? Read(path) : null;
        if (Updates && actual != expected)
            Write(file, expected);
        else
            Assert.True(actual == expected, $"{path} is out of step with the rules. {Hint}\nIt has to be:\n{expected}");
    }

    /// <summary>The part between two comments is generated.</summary>
    /// <param name="path">A file that has both comments, on lines of their own.</param>
    /// <param name="name">What the comments say: <c>rules</c> for <c>&lt;!-- rules --&gt;</c> and <c>&lt;!-- /rules --&gt;</c>.</param>
    /// <param name="expected">The lines between them.</param>
    /// <param name="skeleton">What the file is when it does not exist yet, with both comments.</param>
    public static void HoldsBlock(string path, string name, string expected, string? skeleton = null)
    {
        var (opening, closing) = Comments(name);
        var file = Repository.PathOf(path);
        if (Updates && skeleton is not null && !File.Exists(file))
            Write(file, skeleton);
        Assert.True(File.Exists(file), $"{path} is missing. {Hint}");

        var text = Read(path);
        var begin = text.IndexOf(opening + "\n", StringComparison.Ordinal);
        var end = text.IndexOf(closing, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{path} needs a part between '{opening}' and '{closing}'.");

        var start = begin + opening.Length + 1;
        if (Updates && text[start..end] != expected)
            Write(file, text[..start] + expected + text[end..]);
        else
            Assert.True(text[start..end] == expected, $"{path} is out of step with the rules. {Hint}\nThe generated part has to be:\n{expected}");
    }

    public static (string Opening, string Closing) Comments(string name) => ($"<!-- {name} -->", $"<!-- /{name} -->");

    public static string Read(string path) => File.ReadAllText(Repository.PathOf(path)).ReplaceLineEndings("\n");

    private static string Hint => "Run the tests with PGTX_UPDATE_DOCS=1 to write it.";

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
