using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Options;

/// <summary>What is wrong in the user's configuration, and where: at <see cref="Microsoft.CodeAnalysis.Location.None"/> for an option, which has no place that is known.</summary>
internal sealed class ConfigurationProblem
{
    public ConfigurationProblem(Location location, string message)
    {
        Location = location;
        Message = message;
    }

    public Location Location { get; }

    public string Message { get; }
}
