using System.Text.RegularExpressions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Examples;

/// <summary>
/// One pair of fixes.md: the code before, and what a fix should make of it. A heading names the rule and the fix; under it stand two blocks of code, several times
/// over for further pairs.
/// </summary>
/// <param name="Heading">As it stands in the file, e.g. <c>PGTX101, split: EF</c>.</param>
/// <param name="Number">Which pair under that heading, from 1 on.</param>
internal sealed partial record FixPair(string Heading, int Number, string Before, string After)
{
    private const string Frame = """
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Logging;
        using Npgsql;
        using IsolationLevel = System.Data.IsolationLevel;

        namespace Shop;

        public sealed class Order
        {
            public int Id { get; set; }
            public int Customer { get; set; }
            public string? State { get; set; }
            public string? Label { get; set; }
        }

        public sealed class Hold
        {
            public int Id { get; set; }
            public int OrderId { get; set; }
            public int Customer { get; set; }
        }

        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
            public DbSet<Hold> Holds => Set<Hold>();
        }

        public sealed class ReportContext(DbContextOptions<ReportContext> options) : DbContext(options);

        public sealed class Tax(HttpClient http)
        {
            public async Task<decimal> RateAsync(string country, CancellationToken ct) => decimal.Parse(await http.GetStringAsync($"/rates/{country}", ct));
        }

        public sealed class Mailer(HttpClient http)
        {
            public Task SendAsync(int id, CancellationToken ct) => http.PostAsync($"/mails/{id}", null, ct);
        }

        public sealed class Payments(HttpClient http)
        {
            public Task<string> ChargeAsync(int number, decimal amount, CancellationToken ct) => http.GetStringAsync($"/charges/{number}/{amount}", ct);
            public Task<string> RefundAsync(int payment, CancellationToken ct) => http.GetStringAsync($"/refunds/{payment}", ct);
            public Task<string> CaptureAsync(int payment, CancellationToken ct) => http.GetStringAsync($"/captures/{payment}", ct);
        }

        public sealed class Carrier(HttpClient http)
        {
            public Task<string> LabelAsync(int shipment, CancellationToken ct) => http.GetStringAsync($"/labels/{shipment}", ct);
        }

        public sealed partial class Service(NpgsqlDataSource dataSource, ShopContext db, Tax tax, Mailer mailer, Payments payments, Carrier carrier, ILogger<Service> logger)BASE
        {
            private static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted };

        MEMBERS
        }

        """;

    public static IReadOnlyList<FixPair> All { get; } = [.. Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Examples", "fixes.md")).ReplaceLineEndings("\n"))];

    public string Id => Heading[..7];

    public string Name => $"{Heading} ({Number})";

    public TestCode Code => Around(Framed(Before));

    public TestCode Expected => Around(Framed(After));

    /// <summary>What the words under a heading say of the code around: that a transaction is begun somewhere, that the context retries.</summary>
    private TestCode Around(TestCode code) =>
        Heading.Contains("regions exist") || Id == "PGTX209" ? code.WithFile("Ledger.cs", Ledger)
        : Heading.Contains("no Polly") ? code.WithReferences(ReferenceSet.Everything.Without("Polly"))
        : Id is "PGTX202" or "PGTX212" ? code.WithOption("pgtx.retrying_strategy", "true")
        : Id.StartsWith("PGTX3", StringComparison.Ordinal) ? code.WithOption("pgtx.pooling", "transaction")
        : code;

    private const string Ledger = """
        using Dapper;
        using Npgsql;

        namespace Shop;

        public sealed class Ledger(NpgsqlDataSource dataSource)
        {
            public async Task PostAsync(decimal amount, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("INSERT INTO entries (amount) VALUES (@amount)", new { amount }, transaction);
                await transaction.CommitAsync(ct);
            }
        }
        """;

    private TestCode Framed(string members) => TestCode.Of(Frame
        .Replace("using Npgsql;\n", Heading.Contains("Polly is") ? "using Npgsql;\nusing Polly;\nusing Polly.Retry;\n" : "using Npgsql;\n")
        .Replace("BASE", members.Contains("override") ? " : BackgroundService" : "")
        .Replace("MEMBERS", string.Join("\n", members.Split('\n').Select(line => line.Length == 0 ? line : "    " + line))));

    private static IEnumerable<FixPair> Read(string text)
    {
        foreach (var section in Section().Split(text).Skip(1))
        {
            var heading = section[..section.IndexOf('\n')].Trim();
            var blocks = Block().Matches(section).Select(match => match.Groups["code"].Value).ToList();
            for (var i = 0; i + 1 < blocks.Count; i += 2)
                yield return new FixPair(heading, i / 2 + 1, blocks[i], blocks[i + 1]);
        }
    }

    [GeneratedRegex("^## (?=PGTX)", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
