using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>Another package of analyzers, as a compiler loads it.</summary>
internal sealed record Peer(string Name, ImmutableArray<DiagnosticAnalyzer> Analyzers);

/// <summary>The packages that <c>-p:Peers=true</c> restores, listed in <c>peers.txt</c> beside this assembly: a name, a tab, an assembly.</summary>
internal static class Peers
{
    public static IReadOnlyList<Peer> All()
    {
        var list = Path.Combine(AppContext.BaseDirectory, "peers.txt");
        return !File.Exists(list) ? [] :
            [.. from line in File.ReadAllLines(list)
                let parts = line.Split('\t')
                group parts[1] by parts[0] into package
                let loader = new Loader(package)
                select new Peer(package.Key, [.. package.SelectMany(path => new AnalyzerFileReference(path, loader).GetAnalyzers(LanguageNames.CSharp))])];
    }

    /// <summary>One context for each package, since two may bring different versions of a library; Roslyn is the one that runs here.</summary>
    private sealed class Loader(IEnumerable<string> paths) : AssemblyLoadContext, IAnalyzerAssemblyLoader
    {
        private readonly List<string> known = [.. paths];

        public void AddDependencyLocation(string fullPath)
        {
            if (!known.Contains(fullPath))
                known.Add(fullPath);
        }

        public Assembly LoadFromPath(string fullPath) => LoadFromAssemblyPath(fullPath);

        protected override Assembly? Load(AssemblyName name) =>
            IsOfHost(name) ? null
            : known.Select(path => Path.Combine(Path.GetDirectoryName(path)!, name.Name + ".dll")).FirstOrDefault(File.Exists) is { } path ? LoadFromAssemblyPath(path)
            : null;

        private static bool IsOfHost(AssemblyName name) =>
            name.Name is "Microsoft.CodeAnalysis" or "Microsoft.CodeAnalysis.CSharp" or "System.Collections.Immutable" or "System.Reflection.Metadata";
    }
}
