using PgTxAnalyzers.Tests.Examples;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Equal input gives equal findings, whatever the threads and whatever the order of the files.</summary>
public class DeterminismTests
{
    private const int Runs = 20;

    public static TheoryData<string> Files => [.. ExampleFile.All.Where(file => Markers.Read(ExampleFile.Read(file).Sources).Expected.Count > 0)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Concurrent_runs_find_the_same(string file)
    {
        var code = ExampleFile.Read(file);
        var compilation = code.Compile();
        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => Task.Run(async () =>
        {
            // A clone shares what was parsed, and nothing that was bound.
            var findings = await AnalyzerRun.Findings(compilation.Clone(), code.AnalyzerOptions(), Product.CreateAnalyzers());
            return string.Join("\n", findings.Select(AnalyzerRun.Describe));
        })));
        Assert.Single(runs.Distinct());
    }

    [Fact]
    public async Task The_order_of_the_files_does_not_matter()
    {
        var files = new (string Path, string Text)[]
        {
            ("Orders.cs", """
                using Npgsql;
                using Dapper;
                public partial class Orders
                {
                    public async Task Pay(NpgsqlConnection conn, CancellationToken ct)
                    {
                        await using var tx = await conn.BeginTransactionAsync(ct);
                        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                        await client.Charge(ct);
                        await http.GetStringAsync("/", ct);
                        await Task.Delay(1, ct);
                        await tx.CommitAsync(ct);
                    }
                }
                """),
            ("Orders.Fields.cs", "public partial class Orders(Client client, HttpClient http);"),
            ("Client.cs", "public class Client(HttpClient http) { public Task<string> Charge(CancellationToken ct) => http.GetStringAsync(\"/\", ct); }"),
        };
        var forward = files.Skip(1).Aggregate(TestCode.Of(files[0].Text, files[0].Path), (code, file) => code.WithFile(file.Path, file.Text));
        var backward = forward with { Sources = [.. forward.Sources.Reverse()] };
        Assert.Equal((await forward.Findings()).Select(AnalyzerRun.Describe), (await backward.Findings()).Select(AnalyzerRun.Describe));
    }
}
