using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.ConfigFiles;

/// <summary>How a configuration file is written.</summary>
internal enum ConfigFormat : byte
{
    /// <summary>None that is read here.</summary>
    None,
    Json,
    Xml,
    Environment,
    Yaml,
    PgBouncer,
}

/// <summary>
/// A configuration file among the additional files: <c>appsettings*.json</c>, <c>launchSettings.json</c>, <c>*.config</c>, <c>.env</c>, <c>docker-compose*.yml</c>, <c>pgbouncer.ini</c>.
/// </summary>
internal sealed class ConfigFile
{
    /// <summary>Characters beyond which a file is not read: it is data, not configuration.</summary>
    private const int MaxLength = 1_000_000;

    private ConfigFile(string path, ConfigFormat format, SourceText text) => (Path, Format, Text) = (path, format, text);

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public ConfigFormat Format { get; }

    public SourceText Text { get; }

    public static ConfigFormat FormatOf(string path)
    {
        var name = path.Substring(path.LastIndexOfAny(Separators) + 1);
        bool Begins(string text) => name.StartsWith(text, StringComparison.OrdinalIgnoreCase);
        bool Ends(string text) => name.EndsWith(text, StringComparison.OrdinalIgnoreCase);
        if (Ends(".json") && (Begins("appsettings") || Begins("launchSettings") || Begins("connectionStrings")))
        {
            return ConfigFormat.Json;
        }

        if (Ends(".config"))
        {
            return ConfigFormat.Xml;
        }

        if (Begins(".env") || Ends(".env"))
        {
            return ConfigFormat.Environment;
        }

        if ((Ends(".yml") || Ends(".yaml")) && (Begins("docker-compose") || Begins("compose")))
        {
            return ConfigFormat.Yaml;
        }

        return name.Equals("pgbouncer.ini", StringComparison.OrdinalIgnoreCase) ? ConfigFormat.PgBouncer : ConfigFormat.None;
    }

    /// <summary>Null: it is none, is too long, or cannot be read.</summary>
    public static ConfigFile? Read(AdditionalText file, CancellationToken cancellation) =>
        FormatOf(file.Path) != ConfigFormat.None && file.GetText(cancellation) is { } text ? Of(file.Path, text) : null;

    public static ConfigFile? Of(string path, SourceText text) =>
        FormatOf(path) is var format and not ConfigFormat.None && text.Length <= MaxLength ? new ConfigFile(path, format, text) : null;

    public ImmutableArray<ConfigValue> Values => (Format switch
    {
        ConfigFormat.Json => JsonValues.Read(Text.ToString()),
        ConfigFormat.Xml => XmlValues.Read(Text.ToString()),
        ConfigFormat.Environment => LineValues.Read(Text.ToString(), isYaml: false),
        ConfigFormat.Yaml => LineValues.Read(Text.ToString(), isYaml: true),
        _ => Enumerable.Empty<ConfigValue>(),
    }).ToImmutableArray();

    private static readonly char[] Separators = { '/', '\\' };
}
