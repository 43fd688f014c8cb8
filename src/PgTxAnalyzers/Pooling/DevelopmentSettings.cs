using System;
using System.Collections.Immutable;
using System.Linq;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>
/// Tells connection strings of a developer's machine in configuration files. Where nothing but an option or <c>pgbouncer.ini</c> says that there is a pooler, it stands before the
/// server in production, and these go to a server beside the program.
/// </summary>
internal static class DevelopmentSettings
{
    private static readonly char[] Separators = { '/', '\\' };

    /// <summary>The environments that ASP.NET Core's templates, Docker's and test projects use; in lower case.</summary>
    private static readonly string[] Environments = { "development", "dev", "local", "debug", "test", "tests", "testing", "integrationtest", "integrationtests" };

    private static readonly string[] Loopback = { "localhost", "127.0.0.1", "::1", "[::1]" };

    /// <param name="path">The configuration file.</param>
    /// <param name="hosts">Those of the string, none of which shows a pooler.</param>
    public static bool Holds(string path, ImmutableArray<ConnectionHost> hosts)
    {
        var name = path.Substring(path.LastIndexOfAny(Separators) + 1).ToLowerInvariant();
        if (name == "launchsettings.json")
        {
            // The SDK and the IDE read it when they start a program, and nobody deploys it.
            return true;
        }

        var environment = name.Split('.').Skip(1).Take(name.StartsWith(".env.", StringComparison.Ordinal) ? 2 : name.Split('.').Length - 2).LastOrDefault(part => part != "env");
        return environment is { Length: > 0 }
            ? Environments.Contains(environment)

            // What every environment starts from and production overrides. The port of a pooler on the same host would show it.
            : hosts.All(host => Loopback.Contains(host.Name.ToLowerInvariant()));
    }
}
