using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;

namespace PgTxAnalyzers.Models;

/// <summary>The model files that ship with the analyzer: <c>Models/Data/*.txt</c>, embedded.</summary>
internal static class BuiltInModels
{
    private const string Prefix = "PgTxAnalyzers.Models.Data.";

    // Parsed once per process, at the first compilation that references a data library. Never changed.
    private static readonly Lazy<ModelTable> Shared = new(Parse, LazyThreadSafetyMode.ExecutionAndPublication);

    public static ModelTable Table => Shared.Value;

    /// <summary>The text of every file by its name, in the order of the names.</summary>
    public static IEnumerable<(string Name, string Text)> Files()
    {
        var assembly = typeof(BuiltInModels).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(n => n, StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            yield return (resource.Substring(Prefix.Length), reader.ReadToEnd());
        }
    }

    private static ModelTable Parse()
    {
        var lines = ImmutableArray.CreateBuilder<ModelLine>();
        foreach (var (_, text) in Files())
        {
            foreach (var line in text.Split('\n'))
            {
                // A malformed built-in line is found by a test; here it must not cost a user's build.
                if (ModelParser.ParseLine(line, fromUser: false, out _) is { } model)
                {
                    lines.Add(model);
                }
            }
        }

        return new ModelTable(lines.ToImmutable());
    }
}
