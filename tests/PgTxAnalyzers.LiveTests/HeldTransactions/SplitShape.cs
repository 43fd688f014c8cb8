using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>One way to write a transaction around a call, and the action that takes the call out of it.</summary>
/// <remarks>
/// Each program writes two events before the call and two behind it, in the order <c>a1 a2 b1 b2</c>, so that a unit of which only a part is written can be told.
/// </remarks>
/// <param name="Name">What it is.</param>
/// <param name="Action">The equivalence key of the fix.</param>
/// <param name="Body">The statements of the method, or the method's whole text where it needs a head of its own.</param>
internal sealed partial record SplitShape(string Name, string Action, string Body)
{
    private const string Before = "PGTX101.MoveBefore";
    private const string After = "PGTX101.MoveAfterCommit";
    private const string Split = "PGTX101.Split";

    private const string A = """
        await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('a1')", transaction: transaction);
        var id = await connection.ExecuteScalarAsync<int>("INSERT INTO events (note) VALUES ('a2') RETURNING 2", transaction: transaction);
        """;

    private const string Call = "var charge = await http.GetStringAsync(url + id, ct);";

    private const string B = """
        await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('b1')", transaction: transaction);
        await connection.ExecuteAsync("UPDATE orders SET status = 'paid', charge = @charge WHERE id = @id", new { charge, id }, transaction);
        await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('b2')", transaction: transaction);
        """;

    private const string EfA = """
        await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a1')", ct);
        var order = await db.Orders.SingleAsync(o => o.Id == 2, ct);
        order.Status = "paying";
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a2')", ct);
        """;

    private const string EfB = """
        await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('b1')", ct);
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('b2')", ct);
        """;

    private const string Commit = "await transaction.CommitAsync(ct);";

    private static readonly string Context = """
        await using var db = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(connectionString).Options);
        """;

    private static readonly string Rollback = """
        catch
        {
            await transaction.RollbackAsync(CancellationToken.None);
            throw;
        }
        """;

    public static IReadOnlyList<SplitShape> All { get; } =
    [
        new("declarations, own connection", Split, $"""
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {A}
            {Call}
            {B}
            {Commit}
            """),
        new("declarations of a data source, with a level", Split, $"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, ct);
            {A}
            {Call}
            {B}
            {Commit}
            """),
        new("commands of Npgsql, one on each side", Split, $"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {A}
            await using (var paying = new NpgsqlCommand("UPDATE orders SET status = 'paying' WHERE id = 2", connection, transaction))
                await paying.ExecuteNonQueryAsync(ct);
            {Call}
            await using var paid = new NpgsqlCommand("UPDATE orders SET charge = $1 WHERE id = 2", connection, transaction);
            paid.Parameters.AddWithValue(charge);
            await paid.ExecuteNonQueryAsync(ct);
            {B}
            {Commit}
            """),
        new("stacked using statements", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using (var connection = await source.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            """),
        new("nested using statements", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using (var connection = await source.OpenConnectionAsync(ct))
            {
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    {{A}}
                    {{Call}}
                    {{B}}
                    {{Commit}}
                }
            }
            """),
        new("try and catch", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            {{Rollback}}
            """),
        new("try, catch and a finally that disposes", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            var connection = await source.OpenConnectionAsync(ct);
            var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            {{Rollback}}
            finally
            {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }
            """),
        new("a connection of the caller, declaration", Split, Of("NpgsqlConnection connection", $"""
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {A}
            {Call}
            {B}
            {Commit}
            """)),
        new("a connection of the caller, using statement", Split, Of("NpgsqlConnection connection", $$"""
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            """)),
        new("a connection of the caller, try and catch", Split, Of("NpgsqlConnection connection", $$"""
            var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            {{Rollback}}
            """)),
        new("a begin inside the try", Split, Of("NpgsqlConnection connection", $$"""
            NpgsqlTransaction? transaction = null;
            try
            {
                transaction = await connection.BeginTransactionAsync(ct);
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }
            catch
            {
                if (transaction is not null)
                    await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            """)),
        new("BEGIN and COMMIT as text", Split, Of("NpgsqlConnection connection", $"""
            await connection.ExecuteAsync("BEGIN TRANSACTION");
            {A.Replace(", transaction: transaction", "")}
            {Call}
            {B.Replace(", transaction: transaction", "").Replace(", transaction)", ")")}
            await connection.ExecuteAsync("COMMIT TRANSACTION");
            """)),
        new("a loop that continues", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            foreach (var number in new[] { 1, 2 })
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                {{A}}
                if (number == 1)
                    continue;
                {{Call}}
                {{B}}
                {{Commit}}
            }
            """),
        new("tuples and nullable locals", Split, $"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('a1')", transaction: transaction);
            var (id, note) = await connection.QuerySingleAsync<(int, string)>("INSERT INTO events (note) VALUES ('a2') RETURNING 2, note", transaction: transaction);
            string? charged = await connection.ExecuteScalarAsync<string>("SELECT charge FROM orders WHERE id = @id", new RECORD id END, transaction);
            var charge = await http.GetStringAsync(url + id + note + charged, ct);
            {B}
            {Commit}
            """.Replace("RECORD", "{").Replace("END", "}")),
        new("EF Core", Split, $"""
            {Context}
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            {EfA}
            order.Charge = await http.GetStringAsync(url + order.Id, ct);
            {EfB}
            {Commit}
            """),
        new("EF Core, using statement", Split, $$"""
            {{Context}}
            await using (var transaction = await db.Database.BeginTransactionAsync(ct))
            {
                {{EfA}}
                order.Charge = await http.GetStringAsync(url + order.Id, ct);
                {{EfB}}
                {{Commit}}
            }
            """),
        new("EF Core under a strategy", Split, $$"""
            {{Context}}
            var strategy = db.Database.CreateExecutionStrategy();
            await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                {{EfA}}
                order.Charge = await http.GetStringAsync(url + order.Id, ct);
                {{EfB}}
                {{Commit}}
            });
            """),
        new("a pipeline of Polly", Split, $$"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            var pipeline = new Polly.ResiliencePipelineBuilder().Build();
            await pipeline.ExecuteAsync(async ct =>
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                {{A}}
                {{Call}}
                {{B}}
                {{Commit}}
            }, ct);
            """),
        new("a scope, using statement", Split, $$"""
            using (var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                {{A.Replace(", transaction: transaction", "")}}
                {{Call}}
                {{B.Replace(", transaction: transaction", "").Replace(", transaction)", ")")}}
                scope.Complete();
            }
            """),
        new("a scope, declaration", Split, $$"""
            using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            {{A.Replace(", transaction: transaction", "")}}
            {{Call}}
            {{B.Replace(", transaction: transaction", "").Replace(", transaction)", ")")}}
            scope.Complete();
            """),
        new("before the opening", Before, $"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {A.Replace("var id = ", "var number = ")}
            {Call.Replace("url + id", "url + 2")}
            {B.Replace("new { charge, id }", "new { charge, id = number }")}
            {Commit}
            """),
        new("before the unit of a strategy", Before, $$"""
            {{Context}}
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                {{EfA}}
                var charge = await http.GetStringAsync(url + 2, ct);
                order.Charge = charge;
                {{EfB}}
                {{Commit}}
            }, ct);
            """),
        new("behind the release of the connection", After, $"""
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {A}
            await http.GetStringAsync(url + id, ct);
            await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 2", transaction: transaction);
            {Commit}
            """),
        new("behind the commit of EF Core", After, $"""
            {Context}
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a1')", ct);
            await http.GetStringAsync(url + 2, ct);
            await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a2')", ct);
            {Commit}
            """),
        new("behind the unit of a strategy", After, $$"""
            {{Context}}
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a1')", ct);
                await http.GetStringAsync(url + 2, ct);
                await db.Database.ExecuteSqlAsync($"INSERT INTO events (note) VALUES ('a2')", ct);
                {{Commit}}
            });
            """),
        .. WithHandlers,
    ];

    /// <summary>The whole program, laid out as a formatter does it.</summary>
    public string Source => CSharpSyntaxTree.ParseText(Text).GetRoot().NormalizeWhitespace().ToFullString();

    private string Text => $$"""
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        public class Order
        {
            public int Id { get; set; }
            public required string Status { get; set; }
            public string? Charge { get; set; }
        }

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();

            protected override void OnModelCreating(ModelBuilder model) => model.Entity<Order>(order =>
            {
                order.ToTable("orders");
                order.Property(o => o.Id).HasColumnName("id");
                order.Property(o => o.Status).HasColumnName("status");
                order.Property(o => o.Charge).HasColumnName("charge");
            });
        }

        public static class Unit
        {
        {{Methods}}
        }
        """;

    private string Methods => Body.StartsWith("HEAD ", StringComparison.Ordinal)
        ? $$"""
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var http = new HttpClient();
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await PayAsync(connection, http, url, ct);
            }

            private static async Task PayAsync({{Body[5..Body.IndexOf('\n')]}}, HttpClient http, string url, CancellationToken ct)
            {
        {{Body[(Body.IndexOf('\n') + 1)..]}}
            }
        """
        : $$"""
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var http = new HttpClient();
        {{Body}}
            }
        """;

    private static string Of(string parameters, string body) => $"HEAD {parameters}\n{body}";
}
