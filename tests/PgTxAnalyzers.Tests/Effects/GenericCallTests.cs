using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>What a generic body calls depends on what its type parameters stand for in the call.</summary>
public sealed class GenericCallTests
{
    private const string Handlers = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;

        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        public record Ship(int Id);
        public record Rename(int Id);
        public interface IHandler<T> { Task HandleAsync(T command, CancellationToken ct); }
        public class ShipHandler(HttpClient http) : IHandler<Ship> { public async Task HandleAsync(Ship command, CancellationToken ct) => await http.GetAsync("/", ct); }
        public class RenameHandler(Shop db) : IHandler<Rename> { public async Task HandleAsync(Rename command, CancellationToken ct) => await db.SaveChangesAsync(ct); }

        """;

    /// <param name="members">Between the transaction and the handlers.</param>
    /// <param name="call">For a command of a type.</param>
    [Theory]
    [InlineData("public class Bus(IServiceProvider services) { public Task SendAsync<T>(T command, CancellationToken ct) => services.GetRequiredService<IHandler<T>>().HandleAsync(command, ct); }", "bus.SendAsync(command, ct)")]
    [InlineData("public class Bus(IServiceProvider services) { public Task SendAsync<T>(T command, CancellationToken ct) => InnerAsync<T>(command, ct); private async Task InnerAsync<U>(U command, CancellationToken ct) { foreach (var handler in services.GetServices<IHandler<U>>()) await handler.HandleAsync(command, ct); } }", "bus.SendAsync(command, ct)")]
    [InlineData("public class Bus(IServiceProvider services) { public async Task SendAsync<T>(T command, CancellationToken ct) { var handler = services.GetRequiredService<IHandler<T>>(); async Task RunAsync() => await handler.HandleAsync(command, ct); await RunAsync(); } }", "bus.SendAsync(command, ct)")]
    [InlineData("public class Bus; public class Outer<T>(IHandler<T> inner) { public Task RunAsync(T command, CancellationToken ct) => inner.HandleAsync(command, ct); }", "new Outer<TYPE>(HANDLER).RunAsync(command, ct)")]
    [InlineData("public class Bus; public class Logged<T>(IHandler<T> inner) : IHandler<T> { public async Task HandleAsync(T command, CancellationToken ct) { Console.WriteLine(command); await inner.HandleAsync(command, ct); } }", "HANDLER.HandleAsync(command, ct)")]
    [InlineData("public class Bus;", "HANDLER.HandleAsync(command, ct)")]
    public async Task It_reaches_the_handlers_of_that_type(string members, string call)
    {
        foreach (var variance in new[] { "", "in " })
        {
            await Code(Handlers.Replace("IHandler<T> {", $"IHandler<{variance}T> {{", StringComparison.Ordinal), members, call).HasMarkedFindings();
        }
    }

    /// <summary>A handler of the base type takes the derived one, where the interface says `in`.</summary>
    [Theory]
    [InlineData("in ", " // expect: PGTX101")]
    [InlineData("", "")]
    public Task A_variant_interface_is_another_ones_too(string variance, string mark) => TestCode.Of($$"""
        using Npgsql;

        public record Change; public record Ship : Change;
        public interface IHandler<{{variance}}T> { Task HandleAsync(T command); }
        public class ChangeHandler(HttpClient http) : IHandler<Change> { public async Task HandleAsync(Change command) => await http.GetAsync("/"); }
        public class Checkout(IHandler<Ship> ships, NpgsqlDataSource source)
        {
            public async Task RunAsync(Ship command)
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                await new NpgsqlCommand("DELETE FROM orders WHERE id = 1", conn, tx).ExecuteNonQueryAsync();
                await ships.HandleAsync(command);{{mark}}
                await tx.CommitAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>Who is generic himself may be called for any of them.</summary>
    [Fact]
    public Task An_open_type_may_be_any() => TestCode.Of(Handlers + """
        public class Checkout<T>(Shop db, IHandler<T> handler)
        {
            public async Task RunAsync(T command, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await handler.HandleAsync(command, ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>Types that grow at each call come to an end.</summary>
    [Fact]
    public Task A_method_that_calls_itself_for_a_larger_type() => TestCode.Of(Handlers + """
        public class Growing(IServiceProvider services, Shop db)
        {
            public async Task SendAsync<T>(T command, CancellationToken ct)
            {
                await services.GetRequiredService<IHandler<T>>().HandleAsync(command, ct);
                await SendAsync(new List<T>(), ct);
            }

            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await SendAsync(new Ship(1), ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    private static TestCode Code(string handlers, string members, string call) => TestCode.Of(handlers + members + $$"""

        public class Checkout(Shop db, Bus bus, IHandler<Ship> ships, IHandler<Rename> renames)
        {
            public async Task RenameAsync(Rename command, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await {{call.Replace("HANDLER", "renames", StringComparison.Ordinal).Replace("TYPE", "Rename", StringComparison.Ordinal)}};
                await tx.CommitAsync(ct);
            }

            public async Task ShipAsync(Ship command, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await {{call.Replace("HANDLER", "ships", StringComparison.Ordinal).Replace("TYPE", "Ship", StringComparison.Ordinal)}}; // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101", "PGTX103");
}
