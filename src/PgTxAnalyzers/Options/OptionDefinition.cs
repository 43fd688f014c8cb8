using System.Linq;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Options;

/// <summary>One option: where it is read, what it may be, what it is for. docs/configuration.md says the same of each.</summary>
internal abstract class OptionDefinition
{
    private const string BuildProperty = "build_property.";

    protected OptionDefinition(string name, string choices, string defaultText, string help)
    {
        Key = Prefix + name;
        Property = "PgTx" + string.Concat(name.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1)));
        PropertyKey = (BuildProperty + Property).ToLowerInvariant();
        Choices = choices;
        DefaultText = defaultText;
        Help = help;
    }

    /// <summary>What the names of all options begin with.</summary>
    public const string Prefix = "pgtx.";

    /// <summary>The name in .editorconfig and .globalconfig, e.g. <c>pgtx.max_call_depth</c>.</summary>
    public string Key { get; }

    /// <summary>The name as an MSBuild property, e.g. <c>PgTxMaxCallDepth</c>.</summary>
    public string Property { get; }

    /// <summary>What a value may be, as a finding says it.</summary>
    public string Choices { get; }

    public string DefaultText { get; }

    /// <summary>What the option is for, in one line.</summary>
    public string Help { get; }

    /// <summary>The key by which the compiler hands the MSBuild property over.</summary>
    private string PropertyKey { get; }

    /// <summary>What is wrong with the value; null where nothing is.</summary>
    public abstract string? WhatIsWrong(string value);

    /// <summary>The value as it stands: in a file (the narrower place before the wider), else in the project; null where it is given nowhere, or empty.</summary>
    public string? Raw(AnalyzerConfigOptions ofTree, AnalyzerConfigOptions global) => FromFile(ofTree) ?? FromFile(global) ?? FromProject(global);

    /// <summary>The value under its name in .editorconfig or .globalconfig.</summary>
    public string? FromFile(AnalyzerConfigOptions options) => Given(options, Key);

    /// <summary>The value of the MSBuild property, which is the same for all files.</summary>
    public string? FromProject(AnalyzerConfigOptions global) => Given(global, PropertyKey);

    private static string? Given(AnalyzerConfigOptions options, string key) =>
        options.TryGetValue(key, out var value) && value.Trim() is { Length: > 0 } text ? text : null;
}

/// <summary>An option with a typed value.</summary>
internal sealed class OptionDefinition<T> : OptionDefinition
{
    private readonly Parser _parser;

    public OptionDefinition(string name, string choices, T defaultValue, string help, Parser parser, string defaultText = "")
        : base(name, choices, defaultText, help)
    {
        Default = defaultValue;
        _parser = parser;
    }

    /// <summary>Reads a value; <paramref name="problem"/> says in a sentence without its subject what is wrong, or is null.</summary>
    public delegate T Parser(string value, out string? problem);

    public T Default { get; }

    public override string? WhatIsWrong(string value)
    {
        _parser(value, out var problem);
        return problem;
    }

    /// <summary>The value; the default where none is given, or one that cannot be read.</summary>
    public T Read(string? raw)
    {
        if (raw is null)
        {
            return Default;
        }

        var value = _parser(raw, out var problem);
        return problem is null ? value : Default;
    }
}
