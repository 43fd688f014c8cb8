using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Start-up parameters that PgBouncer refuses: D58, D59, D68.</summary>
public class PGTX307StartupParameterTests
{
    private const string Id = "PGTX307";
    private const string Pooler = "Host=pgbouncer;Username=app;No Reset On Close=true;";

    [Theory]
    [InlineData("Search Path=a")]
    [InlineData("SearchPath=a,b")]
    [InlineData("Options=-c statement_timeout=60000")]
    [InlineData("Options=-c TimeZone=UTC -c geqo=off")]
    [InlineData("Options=--search_path=a")]
    public Task D68_is_found(string entry) => TestCode.Method($"GC.KeepAlive(\"{Pooler}{entry}\"); // expect: PGTX307").Counting(Id).HasMarkedFindings();

    [Theory]
    [InlineData("Timezone=UTC;Client Encoding=UTF8;Application Name=shop")]
    [InlineData("Options=-c TimeZone=UTC")]
    [InlineData("Options=-c IntervalStyle=iso_8601")]
    [InlineData("Search Path=")]
    public Task D68_repaired_and_what_poolers_know_is_quiet(string entry) => TestCode.Method($"GC.KeepAlive(\"{Pooler}{entry}\");").Counting(Id).IsQuiet();

    [Fact]
    public Task Before_1_20_there_is_no_parameter_of_the_name() => TestCode.Method($"GC.KeepAlive(\"{Pooler}Options=-c TimeZone=UTC\"); // expect: PGTX307")
        .WithOption("pgtx.pgbouncer_version", "1.18").Counting(Id).HasMarkedFindings();

    [Theory]
    [InlineData("ignore_startup_parameters = extra_float_digits, SEARCH_PATH", true)]
    [InlineData("track_extra_parameters = search_path", true)]
    [InlineData("ignore_startup_parameters = extra_float_digits", false)]
    [InlineData(";ignore_startup_parameters = search_path", false)]
    public Task The_poolers_configuration_decides(string line, bool admits) => TestCode.Method($"GC.KeepAlive(\"{Pooler}Search Path=a\");{(admits ? "" : " // expect: PGTX307")}")
        .WithAdditionalFile("pgbouncer.ini", Pooled.PgBouncer + line).Counting(Id).HasMarkedFindings();

    [Fact]
    public async Task It_stands_at_the_entry_and_names_the_parameter()
    {
        var finding = await TestCode.Method($"GC.KeepAlive(@\"{Pooler}Search Path=a;Timeout=5\"); // expect: PGTX307").Only(Id);
        Assert.Equal("Search Path=a", Pooled.Underlined(finding));
        Assert.Equal("Opening fails with 08P01 'unsupported startup parameter: search_path': 'Search Path' is sent to the pooler (Test0.cs:22) when the connection opens", finding.GetMessage());
    }

    [Fact]
    public async Task In_a_file_it_stands_at_the_entry()
    {
        const string Content = "{ \"Shop\": \"Host=pgbouncer;Username=app;No Reset On Close=true;\\u0053earch Path=a\" }";
        var finding = Assert.Single(await TestCode.Method("").WithAdditionalFile("appsettings.json", Content).Findings(), f => f.Id == Id);
        Assert.Equal("\\u0053earch Path=a", Content.Substring(finding.Location.SourceSpan.Start, finding.Location.SourceSpan.Length));
    }

    [Fact]
    public Task It_counts_in_session_mode_as_well() => TestCode.Method($"GC.KeepAlive(\"{Pooler}Search Path=a\"); // expect: PGTX307").WithOption("pgtx.pooling", "session").Counting(Id).HasMarkedFindings();
}
