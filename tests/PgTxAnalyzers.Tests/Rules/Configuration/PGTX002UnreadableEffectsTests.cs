using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Tests.CrossProject;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Configuration;

/// <summary>Whatever an attribute holds: it is read, or the assembly is as one without it. Nobody hears of it who does not ask.</summary>
public class PGTX002UnreadableEffectsTests
{
    private const string Right = "3\nF A.cs\nN HttpClient.GetAsync\nE r:c::0@0.1\nT Client\n:CallAsync 0\n";

    private const string Library = """public class Client { public Task CallAsync() => Task.CompletedTask; }""";

    private const string Caller = """
        using Npgsql;
        public class Orders(NpgsqlConnection conn, Client client)
        {
            public async Task PlaceAsync()
            {
                await using var tx = await conn.BeginTransactionAsync();
                await client.CallAsync();
                await tx.CommitAsync();
            }
        }
        """;

    [Fact]
    public async Task What_can_be_read_is_believed() => Assert.Equal(["PGTX103"], (await Findings(Right)).Select(f => f.Id));

    [Fact]
    public async Task An_assembly_without_effects_is_nobodys_business() => Assert.Empty(await Findings(null));

    [Theory]
    [InlineData("")]
    [InlineData("1\nF A.cs\nN HttpClient.GetAsync\nE r:c::0@0.1\nT Client\n:CallAsync 0\n")]
    [InlineData("2\nE whatever\n")]
    [InlineData("4\nF A.cs\nN HttpClient.GetAsync\nE r:c::0@0.1\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE -\nT Client\n:CallAsync -\n")]
    [InlineData("3\nE -\nT Client\n:CallAsync 0 0\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - c:*,*\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - c:0\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - c:*,.0\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - c:*,.2\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - c:\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - cx:*\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - s:0:9\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync - s:0:2q\n")]
    [InlineData("3\nW x\nT Client\n:CallAsync 0 c:*\n")]
    [InlineData("3")]
    [InlineData("hello\n")]
    [InlineData("3\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE r:c::0@0.1\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nF A.cs\nN x\nE r:~::0@0.1\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nF A.cs\nN x\nE x:........:-:\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE x::t0:\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE x::-:999-\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE q\nT Client\n:CallAsync 0\n")]
    [InlineData("3\nE -\nT Client\n:CallAsync zzzzzzzzz\n")]
    public async Task Damaged_and_newer_effects_are_ignored_and_counted(string text)
    {
        var finding = Assert.Single(await Findings(text));
        Assert.Equal(("PGTX002", DiagnosticSeverity.Hidden), (finding.Id, finding.Severity));
        Assert.Equal("What Library says about its methods is of another version of PgTxAnalyzers, or damaged (1 of the references): it is ignored, as if it had been built without the package", finding.GetMessage());
    }

    [Theory]
    [InlineData("")]
    [InlineData("3\nO\t\n")]
    [InlineData("1\nO\tM:IMailer.SendAsync\t9\t4\tOrders.cs\tOrders.PlaceAsync\tIMailer.SendAsync\n")]
    [InlineData("1\nR\tM:X.Y\n")]
    [InlineData("1\nQ\tx\n")]
    [InlineData("2\n\u0001\"1\n")]
    public async Task Damaged_and_newer_obligations_are_ignored_and_counted(string text)
    {
        var finding = Assert.Single(await Findings(text, LooseEndsText.Key));
        Assert.Equal(("PGTX002", DiagnosticSeverity.Hidden), (finding.Id, finding.Severity));
    }

    [Theory]
    [InlineData("")]
    [InlineData("9\no MassTransit\n")]
    [InlineData("1\no MassTransit")]
    [InlineData("1\nz MassTransit\n")]
    [InlineData("1\no\n")]
    [InlineData("1\no \n")]
    public async Task Damaged_and_newer_facts_are_ignored_and_counted(string text)
    {
        var finding = Assert.Single(await Findings(text, ProjectFactsText.Key));
        Assert.Equal(("PGTX002", DiagnosticSeverity.Hidden), (finding.Id, finding.Severity));
    }

    [Fact]
    public async Task Facts_that_can_be_read_are_nobodys_business() => Assert.Empty(await Findings("1\no MassTransit\ny T:Gone.Context\n", ProjectFactsText.Key));

    [Fact]
    public async Task Obligations_that_can_be_read_are_nobodys_business() =>
        Assert.Empty(await Findings("1\nO\tM:IMailer.SendAsync\t2\t4\tOrders.cs\tOrders.PlaceAsync\tIMailer.SendAsync\n", LooseEndsText.Key));

    [Fact]
    public async Task An_assembly_that_is_damaged_twice_is_counted_once()
    {
        var library = Library.Replace("public class", $"[assembly: System.Reflection.AssemblyMetadata(\"{EffectText.Key}\", \"\")]\npublic class");
        var finding = Assert.Single(await Findings("", LooseEndsText.Key, library));
        Assert.Contains("(1 of the references)", finding.GetMessage());
    }

    [Fact]
    public void No_text_makes_the_reader_fail()
    {
        var random = new Random(20261126);
        const string Letters = "\n :/,.@-019abcdhrxzFNET1;lwo";
        for (var round = 0; round < 20_000; round++)
        {
            var text = Right.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                text[random.Next(text.Length)] = Letters[random.Next(Letters.Length)];
            var cut = random.Next(4) == 0 ? random.Next(text.Length) : text.Length;
            EffectText.Read(new string(text, 0, cut));
        }
    }

    /// <summary>A damaged line must not name what is not there: every reference into a table was checked when it was read.</summary>
    [Fact]
    public async Task A_text_that_is_read_can_be_used_whatever_it_says()
    {
        var random = new Random(7);
        const string Letters = "019atkxrdhp.c";
        for (var round = 0; round < 60; round++)
        {
            var text = "3\nF A.cs\nN x\nE r:c:..:0@0.1 d:0:.:010-:t0,k0 x:l:t0:010a3\nT Client\n:CallAsync 0\n".ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(13, 45);
                text[at] = char.IsLetterOrDigit(text[at]) ? Letters[random.Next(Letters.Length)] : text[at];
            }

            await Findings(new string(text));
        }
    }

    [Theory]
    [InlineData("PgTx.effects")]
    [InlineData("RepositoryUrl")]
    public async Task Other_metadata_is_not_looked_at(string key) => Assert.Empty(await Findings(Right, key));

    private static async Task<IReadOnlyList<Diagnostic>> Findings(string? text, string key = EffectText.Key, string source = Library)
    {
        var attribute = text is null ? "" : $"[assembly: System.Reflection.AssemblyMetadata(\"{key}\", {SymbolDisplay.FormatLiteral(text, true)})]\n";
        var library = TestCode.Of(attribute + source).Compile().WithAssemblyName("Library");
        var caller = TestCode.Of(Caller).Broken().Compile().AddReferences(Projects.Emit(library));
        TestCode.NoErrors(caller);
        return await AnalyzerRun.Findings(caller, new AnalyzerOptions([]), Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
    }
}
