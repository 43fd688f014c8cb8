using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Options;

/// <summary>Which pooler mode lies between the program and the server.</summary>
internal enum PoolingMode : byte
{
    /// <summary>Found in the sources and the additional files.</summary>
    Auto,
    Transaction,
    Statement,
    Session,
    None,
}

/// <summary>Who bounds an idle transaction.</summary>
internal enum TimeoutSource : byte
{
    Unset,
    Server,
    App,
}

/// <summary>What the user has set, with defaults for the rest. A value that cannot be read counts as not set; <see cref="OptionProblems"/> reports it.</summary>
internal sealed record PgTxOptions
{
    public static readonly OptionDefinition<ImmutableArray<string>> ExternalCallsOption = new(
        "external_calls", "patterns, separated by spaces", ImmutableArray<string>.Empty,
        "these methods are external calls", OptionParsers.Patterns);

    public static readonly OptionDefinition<ImmutableArray<string>> SafeCallsOption = new(
        "safe_calls", "patterns, separated by spaces", ImmutableArray<string>.Empty,
        "these methods are none, whatever they reach, and are not looked into", OptionParsers.Patterns);

    public static readonly OptionDefinition<int?> MaxCallDepthOption = new(
        "max_call_depth", "a number", 6, "how many calls are followed from the region to the external call",
        OptionParsers.Number(0, 32), "6");

    public static readonly OptionDefinition<bool?> StrictOption = new(
        "strict", "true, false", false, "an interface call that cannot be followed is reported too",
        OptionParsers.Flag, "false");

    public static readonly OptionDefinition<bool?> RetryingStrategyOption = new(
        "retrying_strategy", "true, false", null, "whether EF Core retries",
        OptionParsers.Flag, "found in the source");

    public static readonly OptionDefinition<PoolingMode> PoolingOption = new(
        "pooling", "auto, transaction, statement, session, none", PoolingMode.Auto, "the mode of the pooler between the program and the server",
        OptionParsers.Choice<PoolingMode>(), "auto");

    public static readonly OptionDefinition<Version?> PgBouncerVersionOption = new(
        "pgbouncer_version", "a version", null, "the version of PgBouncer", OptionParsers.Version);

    public static readonly OptionDefinition<int?> PgBouncerMaxPreparedStatementsOption = new(
        "pgbouncer_max_prepared_statements", "a number", null, "PgBouncer's setting of that name",
        OptionParsers.Number(0, int.MaxValue));

    public static readonly OptionDefinition<ImmutableArray<string>> DirectConnectionsOption = new(
        "direct_connections", "parts of names, members or hosts, separated by spaces", ImmutableArray<string>.Empty,
        "connections that bypass the pooler", OptionParsers.Words);

    public static readonly OptionDefinition<TimeoutSource> TimeoutsOption = new(
        "timeouts", "server, app", TimeoutSource.Unset, "who bounds an idle transaction", OptionParsers.Choice<TimeoutSource>());

    public static readonly OptionDefinition<int?> MaxConnectionsOption = new(
        "max_connections", "a number", null, "the server's setting of that name", OptionParsers.Number(1, int.MaxValue));

    public static readonly OptionDefinition<int?> ReplicasOption = new(
        "replicas", "a number", null, "how many processes of this program run", OptionParsers.Number(1, int.MaxValue));

    /// <summary>Every option, in the order of docs/configuration.md.</summary>
    public static readonly ImmutableArray<OptionDefinition> Definitions = ImmutableArray.Create<OptionDefinition>(
        ExternalCallsOption, SafeCallsOption, MaxCallDepthOption, StrictOption, RetryingStrategyOption, PoolingOption, PgBouncerVersionOption,
        PgBouncerMaxPreparedStatementsOption, DirectConnectionsOption, TimeoutsOption, MaxConnectionsOption, ReplicasOption);

    public ImmutableArray<string> ExternalCalls { get; init; } = ImmutableArray<string>.Empty;

    public ImmutableArray<string> SafeCalls { get; init; } = ImmutableArray<string>.Empty;

    public int MaxCallDepth { get; init; } = 6;

    public bool Strict { get; init; }

    /// <summary>Whether EF Core retries; null where the source has to say it.</summary>
    public bool? RetryingStrategy { get; init; }

    public PoolingMode Pooling { get; init; }

    public Version? PgBouncerVersion { get; init; }

    public int? PgBouncerMaxPreparedStatements { get; init; }

    public ImmutableArray<string> DirectConnections { get; init; } = ImmutableArray<string>.Empty;

    public TimeoutSource Timeouts { get; init; }

    public int? MaxConnections { get; init; }

    public int? Replicas { get; init; }

    /// <summary>The options of one file: its section of .editorconfig, then what holds for all files.</summary>
    public static PgTxOptions For(SyntaxTree tree, AnalyzerConfigOptionsProvider provider)
    {
        var ofTree = provider.GetOptions(tree);
        var global = provider.GlobalOptions;
        return From(option => option.Raw(ofTree, global));
    }

    /// <summary>
    /// The options of the whole compilation: what holds for all files, or what the first file that has a value says. The patterns of all files count together,
    /// for what a method does cannot depend on who calls it.
    /// </summary>
    public static PgTxOptions For(Compilation compilation, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        var values = new Dictionary<OptionDefinition, List<string>>();
        foreach (var (option, value, _) in Given(compilation, provider, cancellation))
        {
            if (!values.TryGetValue(option, out var known))
            {
                values.Add(option, known = new List<string>());
            }

            if (option == ExternalCallsOption || option == SafeCallsOption || option.WhatIsWrong(value) is null)
            {
                known.Add(value);
            }
        }

        var options = From(option => values.TryGetValue(option, out var known) ? known.FirstOrDefault() : null);
        return options with { ExternalCalls = All(ExternalCallsOption), SafeCalls = All(SafeCallsOption) };

        ImmutableArray<string> All(OptionDefinition option) => values.TryGetValue(option, out var known)
            ? known.SelectMany(value => OptionParsers.Split(value)).Distinct().ToImmutableArray()
            : ImmutableArray<string>.Empty;
    }

    /// <summary>Every value that is given somewhere, once, with the name under which it is: first what holds for all files, then file by file.</summary>
    public static IEnumerable<(OptionDefinition Option, string Value, string Name)> Given(
        Compilation compilation, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        var seen = new HashSet<(OptionDefinition, string)>();
        var global = provider.GlobalOptions;
        foreach (var option in Definitions)
        {
            if (option.FromFile(global) is { } inFile)
            {
                seen.Add((option, inFile));
                yield return (option, inFile, option.Key);
            }
            else if (option.FromProject(global) is { } inProject)
            {
                seen.Add((option, inProject));
                yield return (option, inProject, option.Property);
            }
        }

        // Most files have the same: nothing of their own.
        var known = new HashSet<AnalyzerConfigOptions>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            var ofTree = provider.GetOptions(tree);
            if (!known.Add(ofTree))
            {
                continue;
            }

            foreach (var option in Definitions)
            {
                if (option.FromFile(ofTree) is { } value && seen.Add((option, value)))
                {
                    yield return (option, value, option.Key);
                }
            }
        }
    }

    private static PgTxOptions From(Func<OptionDefinition, string?> raw) => new()
    {
        // Of a list, what can be read counts, whatever the rest of it is.
        ExternalCalls = OptionParsers.Split(raw(ExternalCallsOption) ?? ""),
        SafeCalls = OptionParsers.Split(raw(SafeCallsOption) ?? ""),
        MaxCallDepth = MaxCallDepthOption.Read(raw(MaxCallDepthOption)) ?? 6,
        Strict = StrictOption.Read(raw(StrictOption)) ?? false,
        RetryingStrategy = RetryingStrategyOption.Read(raw(RetryingStrategyOption)),
        Pooling = PoolingOption.Read(raw(PoolingOption)),
        PgBouncerVersion = PgBouncerVersionOption.Read(raw(PgBouncerVersionOption)),
        PgBouncerMaxPreparedStatements = PgBouncerMaxPreparedStatementsOption.Read(raw(PgBouncerMaxPreparedStatementsOption)),
        DirectConnections = DirectConnectionsOption.Read(raw(DirectConnectionsOption)),
        Timeouts = TimeoutsOption.Read(raw(TimeoutsOption)),
        MaxConnections = MaxConnectionsOption.Read(raw(MaxConnectionsOption)),
        Replicas = ReplicasOption.Read(raw(ReplicasOption)),
    };
}
