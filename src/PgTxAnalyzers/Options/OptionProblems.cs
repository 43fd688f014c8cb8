using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Options;

/// <summary>What is wrong with the options of a compilation: values, combinations, and names where the host lists them.</summary>
internal static class OptionProblems
{
    // PgBouncer follows prepared statements since this version.
    private static readonly Version PreparedStatementsSince = new(1, 21);

    public static IEnumerable<ConfigurationProblem> Find(Compilation compilation, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        foreach (var (option, value, name) in PgTxOptions.Given(compilation, provider, cancellation))
        {
            if (option.WhatIsWrong(value) is { } problem)
            {
                yield return Problem($"{name}: {problem}");
            }
        }

        var options = PgTxOptions.For(compilation, provider, cancellation);
        foreach (var problem in Contradictions(options))
        {
            yield return Problem(problem);
        }

        foreach (var key in UnknownKeys(compilation, provider, cancellation))
        {
            yield return Problem($"there is no option '{key}'; the options are {string.Join(", ", PgTxOptions.Definitions.Select(o => o.Key))}");
        }
    }

    private static IEnumerable<string> Contradictions(PgTxOptions options)
    {
        foreach (var id in options.ExternalCalls.Intersect(options.SafeCalls).OrderBy(id => id, StringComparer.Ordinal))
        {
            yield return $"'{id}' is in both pgtx.external_calls and pgtx.safe_calls; pgtx.safe_calls goes first";
        }

        if (options.Pooling == PoolingMode.None)
        {
            foreach (var setting in PoolerSettings(options))
            {
                yield return $"{setting} is set, but pgtx.pooling is 'none': there is no pooler that it could describe";
            }
        }

        if (options.PgBouncerMaxPreparedStatements > 0 && options.PgBouncerVersion < PreparedStatementsSince)
        {
            yield return $"pgtx.pgbouncer_max_prepared_statements is {options.PgBouncerMaxPreparedStatements}, but pgtx.pgbouncer_version is "
                + $"{options.PgBouncerVersion}: PgBouncer has this setting since {PreparedStatementsSince}";
        }
    }

    private static IEnumerable<string> PoolerSettings(PgTxOptions options)
    {
        if (options.PgBouncerVersion is not null)
        {
            yield return PgTxOptions.PgBouncerVersionOption.Key;
        }

        if (options.PgBouncerMaxPreparedStatements is not null)
        {
            yield return PgTxOptions.PgBouncerMaxPreparedStatementsOption.Key;
        }

        if (!options.DirectConnections.IsEmpty)
        {
            yield return PgTxOptions.DirectConnectionsOption.Key;
        }
    }

    private static IEnumerable<string> UnknownKeys(Compilation compilation, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        var known = new HashSet<string>(PgTxOptions.Definitions.Select(option => option.Key), StringComparer.OrdinalIgnoreCase);
        var unknown = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        Collect(provider.GlobalOptions);
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            Collect(provider.GetOptions(tree));
        }

        return unknown;

        void Collect(AnalyzerConfigOptions options)
        {
            foreach (var key in KeysOf(options))
            {
                if (key.StartsWith(OptionDefinition.Prefix, StringComparison.OrdinalIgnoreCase) && !known.Contains(key))
                {
                    unknown.Add(key);
                }
            }
        }
    }

    // A host need not list the names that were given: its options then throw here.
    private static IEnumerable<string> KeysOf(AnalyzerConfigOptions options)
    {
        try
        {
            return options.Keys;
        }
        catch (NotImplementedException)
        {
            return Enumerable.Empty<string>();
        }
    }

    private static ConfigurationProblem Problem(string message) => new(Location.None, message);
}
