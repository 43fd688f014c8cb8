using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.ConfigFiles;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>What the pooling rules of one compilation share: options, configuration files, connection strings, the gate. It dies with the compilation.</summary>
internal sealed class PoolingContext
{
    private readonly ImmutableArray<AdditionalText> additional;
    private readonly ConcurrentDictionary<SyntaxTree, ImmutableArray<ConnectionSite>> sites = new();
    private readonly object gateLock = new();
    private readonly object placesLock = new();
    private ImmutableDictionary<SyntaxTree, ImmutableArray<SyntaxNode>>? places;
    private ImmutableArray<ConfigFile> files;
    private ImmutableArray<(string Name, ConnectionSite Site)> configured;
    private PoolerGate? gate;

    public PoolingContext(CompilationContext flow, PgTxOptions options, ImmutableArray<AdditionalText> additional)
    {
        (Flow, Options, this.additional) = (flow, options, additional);
        Npgsql = flow.Compilation.ReferencedAssemblyNames.FirstOrDefault(a => a.Name == "Npgsql")?.Version.Major ?? int.MaxValue - 1;
    }

    /// <summary>The engine that knows bodies, calls and regions.</summary>
    public CompilationContext Flow { get; }

    public PgTxOptions Options { get; }

    /// <summary>The major version of Npgsql that is referenced; the newest where none is.</summary>
    public int Npgsql { get; }

    public SemanticModel? Model(SyntaxTree tree) => Flow.Compilation.ContainsSyntaxTree(tree) || Flow.Bodies.Sources.Any(c => c.ContainsSyntaxTree(tree)) ? Flow.Bodies.Model(tree) : null;

    public CodeText Read(ExpressionSyntax expression, CancellationToken cancellation) => new CodeTextReader(Model, cancellation).Read(expression);

    public ImmutableArray<ConnectionSite> Sites(SyntaxTree tree, CancellationToken cancellation = default) =>
        sites.TryGetValue(tree, out var known) ? known : sites.GetOrAdd(tree, new ConnectionSites(Model, cancellation).In(tree));

    /// <summary>Calls, creations and assignments of a file that may give a text of interest to a command.</summary>
    public ImmutableArray<SyntaxNode> Places(SyntaxTree tree, CancellationToken cancellation)
    {
        lock (placesLock)
        {
            places ??= SessionIndex.Create(Flow.Compilation.SyntaxTrees.ToList(), cancellation);
        }

        return places.TryGetValue(tree, out var found) ? found : ImmutableArray<SyntaxNode>.Empty;
    }

    public PoolerGate Gate(CancellationToken cancellation)
    {
        lock (gateLock)
        {
            return gate ??= CreateGate(cancellation);
        }
    }

    /// <summary>The connection strings of one configuration file.</summary>
    public IEnumerable<ConnectionSite> SitesOf(string path, CancellationToken cancellation)
    {
        Load(cancellation);
        return configured.Where(c => c.Site.Whole.GetLineSpan().Path == path).Select(c => c.Site);
    }

    /// <summary>The connection strings of the configuration files, by the keys that lead to them.</summary>
    public IEnumerable<(string Name, ConnectionStringText Text)> ConfiguredStrings(CancellationToken cancellation)
    {
        Load(cancellation);
        return configured.Select(c => (c.Name, c.Site.Text));
    }

    private void Load(CancellationToken cancellation)
    {
        lock (gateLock)
        {
            if (!files.IsDefault)
            {
                return;
            }

            var read = additional.Select(file => ConfigFile.Read(file, cancellation)).OfType<ConfigFile>().OrderBy(file => file.Path, StringComparer.Ordinal).ToImmutableArray();
            var isForTools = ToolCode.IsTestProject(Flow.Compilation);
            configured = read.SelectMany(file => file.Values.Select(value => (file, value, text: ConnectionStringText.Parse(value.Value))))
                .Where(v => v.text.IsConnection())
                .Select(v => (v.value.Path, ConnectionSite.Of(v.file, v.value, v.text, isForTools))).ToImmutableArray();
            files = read;
        }
    }

    private PoolerGate CreateGate(CancellationToken cancellation)
    {
        Load(cancellation);
        var strings = configured.Select(c => (c.Site.Text, c.Site.Whole)).ToList();
        foreach (var tree in Flow.Compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TreeLiterals.Of(tree, cancellation).ShowsPooler || MayKeepSessions(tree, cancellation))
            {
                strings.AddRange(Sites(tree, cancellation).Select(site => (site.Text, site.Whole)));
            }
        }

        var inis = files.Where(file => file.Format == ConfigFormat.PgBouncer).Select(Ini).ToImmutableArray();
        return PoolerGate.Create(Options, inis, Npgsql, strings);
    }

    /// <summary><c>builder.NoResetOnClose = true</c> stands in no literal.</summary>
    private static bool MayKeepSessions(SyntaxTree tree, CancellationToken cancellation) => NameIndex.WordsOf(tree, cancellation).ContainsAny(KeepingWord);

    private static readonly int[] KeepingWord = { TreeWords.Hash("NoResetOnClose") };

    private static (PgBouncerIni, Location) Ini(ConfigFile file)
    {
        var ini = PgBouncerIni.Parse(file.Text.ToString());
        var line = (ini.Databases.AddRange(ini.Users).Where(t => t.PoolMode == ini.WidestPoolMode).Select(t => t.Entry).FirstOrDefault(_ => ini.PoolMode != ini.WidestPoolMode)
            ?? ini.Find("pool_mode"))?.Line ?? 0;
        var at = line < file.Text.Lines.Count ? file.Text.Lines[line].Span : default;
        return (ini, Location.Create(file.Path, at, file.Text.Lines.GetLinePositionSpan(at)));
    }
}
