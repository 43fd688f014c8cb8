using PgTxAnalyzers.CrossProjectSample;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CrossProject;

public class LayersSampleTests
{
    [Fact]
    public async Task The_sample_of_four_projects()
    {
        var projects = new Projects();
        foreach (var (name, references) in LayersSample.Projects)
        {
            var files = Repository.Files($"{LayersSample.Folder}/{name}", "*.cs").Where(f => !f.Contains("/obj/") && !f.Contains("/bin/"));
            projects.With(name, [.. files.Select(f => (Path.GetFileName(f), File.ReadAllText(Repository.PathOf(f))))], references);
        }

        var found = await projects.FindTheSame(LayersSample.Findings);
        Assert.Equal(
            "The transaction of OrderService.PlaceAsync (OrderService.cs:20) stays idle in transaction while 'IReceiptSender.SendAsync → HttpReceiptSender.SendAsync → HttpClientJsonExtensions.PostAsJsonAsync (HttpReceiptSender.cs:11)' (an HTTP call) runs",
            found[0].GetMessage());
    }
}
