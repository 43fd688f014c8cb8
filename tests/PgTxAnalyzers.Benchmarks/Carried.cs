using System.Text;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>What an assembly carries for the projects that reference it.</summary>
internal static class Carried
{
    /// <returns>Bytes in the metadata.</returns>
    public static int By(Compilation compilation) => compilation.Assembly.GetAttributes()
        .Where(a => a.AttributeClass?.Name == "AssemblyMetadataAttribute")
        .Sum(a => a.ConstructorArguments.Sum(argument => Encoding.UTF8.GetByteCount((string)argument.Value!)));
}
