using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.Options;

namespace PgTxAnalyzers.Tests.Options;

public class PgTxOptionsTests
{
    [Fact]
    public void Without_a_word_everything_has_its_default()
    {
        var options = Read(new Given());
        Assert.Empty(options.ExternalCalls);
        Assert.Empty(options.SafeCalls);
        Assert.Empty(options.DirectConnections);
        Assert.Equal(6, options.MaxCallDepth);
        Assert.False(options.Strict);
        Assert.Null(options.RetryingStrategy);
        Assert.Equal(PoolingMode.Auto, options.Pooling);
        Assert.Null(options.PgBouncerVersion);
        Assert.Null(options.PgBouncerMaxPreparedStatements);
        Assert.Equal(TimeoutSource.Unset, options.Timeouts);
        Assert.Null(options.MaxConnections);
        Assert.Null(options.Replicas);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = Read(new Given
        {
            ["pgtx.external_calls"] = "M:A.B.C  T:A.D",
            ["pgtx.safe_calls"] = "N:A.E",
            ["pgtx.max_call_depth"] = "8",
            ["pgtx.strict"] = "True",
            ["pgtx.retrying_strategy"] = "false",
            ["pgtx.pooling"] = "Transaction",
            ["pgtx.pgbouncer_version"] = "1.24.1",
            ["pgtx.pgbouncer_max_prepared_statements"] = "200",
            ["pgtx.direct_connections"] = "migrations admin-db",
            ["pgtx.timeouts"] = "server",
            ["pgtx.max_connections"] = "400",
            ["pgtx.replicas"] = "3",
        });
        Assert.Equal(["M:A.B.C", "T:A.D"], options.ExternalCalls);
        Assert.Equal(["N:A.E"], options.SafeCalls);
        Assert.Equal(8, options.MaxCallDepth);
        Assert.True(options.Strict);
        Assert.False(options.RetryingStrategy);
        Assert.Equal(PoolingMode.Transaction, options.Pooling);
        Assert.Equal(new Version(1, 24, 1), options.PgBouncerVersion);
        Assert.Equal(200, options.PgBouncerMaxPreparedStatements);
        Assert.Equal(["migrations", "admin-db"], options.DirectConnections);
        Assert.Equal(TimeoutSource.Server, options.Timeouts);
        Assert.Equal(400, options.MaxConnections);
        Assert.Equal(3, options.Replicas);
    }

    [Fact]
    public void An_option_is_an_MSBuild_property_too_and_a_file_goes_before_it()
    {
        var project = new Given { ["build_property.PgTxMaxCallDepth"] = "3", ["build_property.PgTxExternalCalls"] = "M:A.B.C;\r\n  M:A.B.D", ["build_property.PgTxStrict"] = "" };
        Assert.Equal(3, Read(project).MaxCallDepth);
        Assert.Equal(["M:A.B.C", "M:A.B.D"], Read(project).ExternalCalls);
        project["pgtx.max_call_depth"] = "4";
        Assert.Equal(4, Read(project).MaxCallDepth);
    }

    [Fact]
    public void A_section_of_a_file_goes_before_what_holds_for_all_and_lists_of_all_files_count_together()
    {
        var trees = new[] { "a.cs", "b.cs" }.Select(path => CSharpSyntaxTree.ParseText("", path: path, cancellationToken: TestContext.Current.CancellationToken)).ToArray();
        var provider = new Provider(
            new Given { ["pgtx.max_call_depth"] = "2", ["pgtx.external_calls"] = "M:A.B.C" },
            new() { ["a.cs"] = new Given { ["pgtx.external_calls"] = "M:A.B.D" }, ["b.cs"] = new Given { ["pgtx.max_call_depth"] = "5", ["pgtx.external_calls"] = "M:A.B.C M:A.B.E" } });
        Assert.Equal(2, PgTxOptions.For(trees[0], provider).MaxCallDepth);
        Assert.Equal(5, PgTxOptions.For(trees[1], provider).MaxCallDepth);
        Assert.Equal(["M:A.B.D"], PgTxOptions.For(trees[0], provider).ExternalCalls);

        var whole = PgTxOptions.For(CSharpCompilation.Create("c", trees), provider, TestContext.Current.CancellationToken);
        Assert.Equal(2, whole.MaxCallDepth);
        Assert.Equal(["M:A.B.C", "M:A.B.D", "M:A.B.E"], whole.ExternalCalls);
    }

    [Fact]
    public void A_value_that_cannot_be_read_counts_as_none_but_the_rest_of_a_list_counts()
    {
        var options = Read(new Given { ["pgtx.max_call_depth"] = "deep", ["pgtx.pooling"] = "transactional", ["pgtx.external_calls"] = "nonsense M:A.B.C" });
        Assert.Equal(6, options.MaxCallDepth);
        Assert.Equal(PoolingMode.Auto, options.Pooling);
        var line = Assert.Single(UserModels.Read(options, [], TestContext.Current.CancellationToken));
        Assert.Equal("M:A.B.C", line.Pattern.Text);
    }

    [Theory]
    [InlineData("pgtx.max_call_depth", "-1", "'-1' is no whole number from 0 to 32")]
    [InlineData("pgtx.max_call_depth", "33", "'33' is no whole number from 0 to 32")]
    [InlineData("pgtx.max_call_depth", "6.0", "'6.0' is no whole number from 0 to 32")]
    [InlineData("pgtx.max_connections", "0", "'0' is no whole number from 1 on")]
    [InlineData("pgtx.replicas", "99999999999999", "'99999999999999' is no whole number from 1 on")]
    [InlineData("pgtx.strict", "yes", "'yes' is neither 'true' nor 'false'")]
    [InlineData("pgtx.retrying_strategy", "1", "'1' is neither 'true' nor 'false'")]
    [InlineData("pgtx.pooling", "pool", "'pool' is none of auto, transaction, statement, session, none")]
    [InlineData("pgtx.pooling", "1", "'1' is none of auto, transaction, statement, session, none")]
    [InlineData("pgtx.timeouts", "unset", "'unset' is none of server, app")]
    [InlineData("pgtx.pgbouncer_version", "one", "'one' is no version such as 1.21")]
    [InlineData("pgtx.pgbouncer_version", "1", "'1' is no version such as 1.21")]
    [InlineData("pgtx.external_calls", "M:A.B.C Foo", "'Foo' is no pattern; ")]
    [InlineData("pgtx.safe_calls", "M:A<B>.C", "'M:A<B>.C' is no valid pattern: ")]
    public void A_bad_value_is_named_with_the_choices(string key, string value, string problem)
    {
        var option = PgTxOptions.Definitions.Single(o => o.Key == key);
        Assert.StartsWith(problem, option.WhatIsWrong(value));
    }

    [Fact]
    public void Names_choices_and_defaults_stand_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "configuration.md"));
        foreach (var option in PgTxOptions.Definitions)
        {
            var row = page.Split('\n').SingleOrDefault(line => line.StartsWith('|') && line.Contains($"`{option.Key}`"));
            Assert.True(row is not null, $"docs/configuration.md has no row about {option.Key}");
            foreach (var choice in option.Choices.Contains("separated") ? [] : option.Choices.Split(", ").Where(word => !word.Contains(' ')))
                Assert.True(row.Contains($"`{choice}`"), $"{option.Key}: the row does not name the choice {choice}");
            if (option.DefaultText.Length > 0)
                Assert.True(row.Contains(option.DefaultText), $"{option.Key}: the row does not name the default {option.DefaultText}");
        }
    }

    [Fact]
    public void Every_option_is_handed_over_by_the_package()
    {
        var props = File.ReadAllText(Path.Combine(Root(), "src", "PgTxAnalyzers.Package", "buildTransitive", "PgTxAnalyzers.props"));
        Assert.All(PgTxOptions.Definitions, option => Assert.Contains($"CompilerVisibleProperty Include=\"{option.Property}\"", props));
    }

    private static PgTxOptions Read(Given global) =>
        PgTxOptions.For(CSharpCompilation.Create("c", [CSharpSyntaxTree.ParseText("", path: "a.cs")]), new Provider(global, []), TestContext.Current.CancellationToken);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PgTxAnalyzers.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    private sealed class Given : AnalyzerConfigOptions
    {
        private readonly Dictionary<string, string> values = new(KeyComparer);

        public string this[string key]
        {
            set => values[key] = value;
        }

        public override IEnumerable<string> Keys => values.Keys;

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }

    private sealed class Provider(Given global, Dictionary<string, Given> ofFiles) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions => global;

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => ofFiles.GetValueOrDefault(tree.FilePath) ?? new Given();

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Given();
    }
}
