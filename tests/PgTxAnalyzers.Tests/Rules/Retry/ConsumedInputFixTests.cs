using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>What a unit uses up is not there for the next attempt, which would succeed without it.</summary>
public sealed class ConsumedInputFixTests
{
    private const string Insert = "await c.ExecuteAsync(\"INSERT INTO samples (value) VALUES (@value) ON CONFLICT DO NOTHING\", new { value });";

    private static TestCode Service(string work, string fields = "") => TestCode.Of($$"""
        using System.Collections.Concurrent;
        using System.IO;
        using System.Threading.Channels;
        using Dapper;
        using Microsoft.Extensions.Hosting;
        using Npgsql;

        public class Intake(NpgsqlDataSource source, ConcurrentQueue<int> queue, ChannelReader<int> channel, TextReader input, Stream bytes, string path) : BackgroundService
        {
            private DateTime since = DateTime.MinValue;
            private bool first = true;
            private string? name;
            {{fields}}

            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                while (!stoppingToken.IsCancellationRequested)
                {
                    await using var c = await source.OpenConnectionAsync(stoppingToken); // fix: PGTX203
                    {{work.Replace("; ", ";\n")}}
                }
            }

            private string Next() => input.ReadLine() ?? "";

            private static string First(string file)
            {
                using var reader = File.OpenText(file);
                return reader.ReadLine() ?? "";
            }

            public object All => (queue, channel, input, bytes, path, since, first, name);
        }
        """);

    [Theory]
    [InlineData("while (queue.TryDequeue(out var value)) { " + Insert + " }")]
    [InlineData("var value = await channel.ReadAsync(stoppingToken); " + Insert)]
    [InlineData("await foreach (var value in channel.ReadAllAsync(stoppingToken)) { " + Insert + " }")]
    [InlineData("var value = await input.ReadLineAsync(stoppingToken); " + Insert)]
    [InlineData("var value = Next(); " + Insert)]
    [InlineData("using var reader = new StreamReader(bytes); var value = reader.ReadLine(); " + Insert)]
    [InlineData("var value = await File.ReadAllTextAsync(path, stoppingToken); File.Delete(path); " + Insert)]
    [InlineData("var value = await File.ReadAllTextAsync(path, stoppingToken); File.Move(path, path + \".done\"); " + Insert)]
    [InlineData("var value = since; since = DateTime.UtcNow; " + Insert)]
    [InlineData("if (first) { first = false; var value = 1; " + Insert + " }")]
    [InlineData("var value = this.since; this.since = value.AddDays(1); " + Insert)]
    public Task What_is_used_up_in_a_unit_is_not_run_again(string work) => Service(work).Fix("PGTX203").IsNotOffered();

    [Theory]
    // Made by the unit itself, by each attempt anew.
    [InlineData("var own = new Queue<int>([1, 2]); while (own.TryDequeue(out var value)) { " + Insert + " }")]
    [InlineData("using var reader = File.OpenText(path); var value = await reader.ReadLineAsync(stoppingToken); " + Insert)]
    [InlineData("using var reader = new StreamReader(File.OpenRead(path)); var value = reader.ReadLine(); " + Insert)]
    [InlineData("var value = First(path); " + Insert)]
    // Read again from its beginning.
    [InlineData("bytes.Position = 0; using var reader = new StreamReader(bytes); var value = reader.ReadLine(); " + Insert)]
    [InlineData("queue.TryPeek(out var value); " + Insert)]
    // Behind all that may fail.
    [InlineData("var value = await File.ReadAllTextAsync(path, stoppingToken); " + Insert + " File.Delete(path);")]
    [InlineData("var value = since; " + Insert + " since = DateTime.UtcNow;")]
    // Set, and not moved on; made once, and kept.
    [InlineData("since = DateTime.UtcNow; var value = since; " + Insert)]
    [InlineData("if (name == null) { name = path; } var value = 1; " + Insert)]
    public async Task What_is_found_again_may_be(string work) => Assert.Single(await Service(work).Fix("PGTX203").Offers());

    [Theory]
    [InlineData("Queue<int> input", "while (input.Count > 0) { db.Orders.Add(new Order { Count = input.Dequeue() }); }", false)]
    [InlineData("System.IO.TextReader input", "while (await input.ReadLineAsync(ct) is { } line) { db.Orders.Add(new Order { State = line }); }", false)]
    [InlineData("string input", "System.IO.File.Delete(input);", false)]
    [InlineData("List<int> input", "foreach (var one in input) { db.Orders.Add(new Order { Count = one }); }", true)]
    public async Task The_strategys_unit(string parameter, string work, bool isOffered) => Assert.Equal(isOffered ? 1 : 0, (await RetryCode.Service($$"""
            public async Task TakeAsync({{parameter}}, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct); // fix: PGTX202
                {{work}}
                await db.SaveChangesAsync(ct);
                await tx.CommitAsync(ct);
            }
        """, "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));").Fix("PGTX202").Offers()).Count);
}
