using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// What test code is compiled against. A set is a project under tests/PgTxAnalyzers.Tests.References, which names the
/// packages; the build resolves them and leaves a list of files beside the test assembly.
/// </summary>
public sealed class ReferenceSet
{
    /// <summary>A service that uses everything the models know, in the newest versions. The default.</summary>
    public static readonly ReferenceSet Everything = new(nameof(Everything));

    /// <summary>One major version back: Npgsql 9 below EF Core 8. Names that moved since then show here, and every example that compiles is tried.</summary>
    public static readonly ReferenceSet Npgsql9Ef8 = new(nameof(Npgsql9Ef8));

    /// <summary>Raw ADO.NET: every look-up of an EF Core or Dapper type comes back empty.</summary>
    public static readonly ReferenceSet NpgsqlOnly = new(nameof(NpgsqlOnly));

    /// <summary>A library on IDbConnection and Dapper that leaves the choice of Npgsql to the program.</summary>
    public static readonly ReferenceSet DapperOnly = new(nameof(DapperOnly));

    /// <summary>The framework alone: System.Data.Common and System.Transactions are there, a data library is not.</summary>
    public static readonly ReferenceSet NoData = new(nameof(NoData));

    public static IReadOnlyList<ReferenceSet> All { get; } = [Everything, Npgsql9Ef8, NpgsqlOnly, DapperOnly, NoData];

    // One object per file for the whole run: Roslyn shares what it has read of an assembly between compilations only then.
    private static readonly ConcurrentDictionary<string, MetadataReference> Loaded = new(StringComparer.Ordinal);

    private readonly Lazy<IReadOnlyList<MetadataReference>> references;

    private ReferenceSet(string name)
    {
        Name = name;
        references = new(() => Load(name));
    }

    private ReferenceSet(ReferenceSet of, string without)
    {
        Name = $"{of.Name} without {without}";
        references = new(() => [.. of.References.Where(reference => !Path.GetFileName(reference.Display!).StartsWith(without, StringComparison.Ordinal))]);
    }

    public string Name { get; }

    /// <summary>The same set without the assemblies whose file name begins so.</summary>
    public ReferenceSet Without(string assembly) => new(this, assembly);

    public IReadOnlyList<MetadataReference> References => references.Value;

    public override string ToString() => Name;

    private static MetadataReference[] Load(string name)
    {
        var list = Path.Combine(AppContext.BaseDirectory, "references", name + ".txt");
        return [.. File.ReadAllLines(list).Where(line => line.Length > 0).Select(path => Loaded.GetOrAdd(path, p => MetadataReference.CreateFromFile(p)))];
    }
}
