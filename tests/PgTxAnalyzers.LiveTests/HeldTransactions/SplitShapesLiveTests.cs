using Microsoft.CodeAnalysis;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>
/// The fixes of PGTX101 on a real server, shape by shape: both programs write the same rows when all goes well, neither leaves a part of a unit when a command fails
/// before the commit, and after the fix no session is idle in transaction while the other system answers.
/// </summary>
public sealed class SplitShapesLiveTests(LiveServers servers)
{
    /// <summary>The events of each unit; a program that is not split writes all of them or none.</summary>
    private static readonly string[][] Units = [["a1", "a2"], ["b1", "b2"]];

    public static TheoryData<string> Shapes => [.. SplitShape.All.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Same_rows_no_half_units_and_no_idle_transaction(string name)
    {
        var shape = SplitShape.All.Single(shape => shape.Name == name);
        var (before, after) = (LiveProgram.Unmarked(TestCode.Of(shape.Source)), await LiveProgram.Fixed(TestCode.Of(shape.Source), "PGTX101", shape.Action));

        var (first, second) = (await Run(before), await Run(after));
        Assert.Contains("idle in transaction", first.DuringCall);
        Assert.DoesNotContain("idle in transaction", second.DuringCall);
        Assert.NotEmpty(first.Rows);
        Assert.Equal(first.Rows, second.Rows);

        foreach (var failing in new[] { "a2", "b2" })
        {
            foreach (var program in new[] { before, after })
                AssertNoHalfUnit(await Run(program, failing), failing);
        }
    }

    [Fact]
    public void There_are_twenty_shapes() => Assert.True(SplitShape.All.Count >= 20);

    private static void AssertNoHalfUnit(Seen seen, string failing)
    {
        foreach (var unit in Units)
        {
            var written = seen.Rows.Where(unit.Contains).ToList();
            Assert.True(written.Count is 0 || unit.All(written.Contains), $"After a failure at {failing}: {string.Join(", ", seen.Rows)}");
        }

        Assert.DoesNotContain(failing, seen.Rows);
    }

    /// <param name="program">What is run.</param>
    /// <param name="failing">The event whose insert the server refuses.</param>
    private async Task<Seen> Run(LiveProgram program, string? failing = null)
    {
        await using var database = await servers.NewDatabase();
        if (failing is not null)
            await database.Execute($"ALTER TABLE events ADD CHECK (note <> '{failing}')");

        var states = "";
        await using var outside = await Outside.Start(async _ => states = string.Join(", ", await database.SessionStates()));
        try
        {
            await program.Run(database.ConnectionString, outside.Url);
        }
        catch (Exception exception) when (failing is not null && exception is not Xunit.Sdk.XunitException)
        {
            // The failure that was asked for.
        }

        return new(await database.Contents(), states);
    }

    private sealed record Seen(IReadOnlyList<string> Rows, string DuringCall);
}
