namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>
/// A unit of work in another project that remembers in a flag what it has done. Its callers know nothing of the flag; what it says while the transaction lives is found where the unit is compiled.
/// </summary>
public class UnitsWithFlagsTests
{
    private const string Shop = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Infrastructure;
        using Microsoft.EntityFrameworkCore.Storage;
        public record Order(int Id);
        public class ShopContext(DbContextOptions options) : DbContext(options);
        public class Orders(ShopContext db)
        {
            public async Task AddAsync(int id) { db.Add(new Order(id)); await db.SaveChangesAsync(); }
        }

        """;

    private const string HandedOut = """
        public interface IUnit : IDisposable { void Commit(); }
        public class Units(ShopContext db)
        {
            public async Task<IUnit> BeginAsync() => new Unit(db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync() : null);

            private class Unit : IUnit
            {
                private readonly IDbContextTransaction? transaction;
                private bool hasCommitted = false, hasDisposed = false;

                public Unit(IDbContextTransaction? transaction) => this.transaction = transaction;

                public void Commit()
                {
                    if (!hasCommitted)
                    {
                        transaction?.Commit();
                        hasCommitted = true;
                    }
                }

                public void Dispose()
                {
                    if (hasDisposed)
                        return;
                    if (!hasCommitted)
                        transaction?.Rollback();
                    hasDisposed = true;
                }
            }
        }
        """;

    [Fact]
    public Task A_private_unit_behind_an_interface() => new Projects()
        .With("Data", Shop + HandedOut)
        .With("App", """
            public class Places(Units units, Orders orders, HttpClient http)
            {
                public async Task PlaceAsync(int id)
                {
                    using (var unit = await units.BeginAsync())
                    {
                        if (id < 0)
                            return;
                        await orders.AddAsync(id);
                        await http.GetStringAsync("https://example.com");
                        unit.Commit();
                    }
                    await http.GetStringAsync("https://example.com");
                }

                public async Task TryAsync(int id)
                {
                    using var unit = await units.BeginAsync();
                    if (id < 0)
                        return;
                    await orders.AddAsync(id);
                    unit.Commit();
                }
            }
            """)
        .With("Api", """
            public class Endpoint(Places places, HttpClient http)
            {
                public async Task PlaceAsync(int id)
                {
                    await places.TryAsync(id);
                    await http.GetStringAsync("https://example.com");
                }
            }
            """)
        .FindTheSame("App.cs:10 PGTX101");

    [Theory]
    [InlineData("if (!isOpen) return;", "")]
    [InlineData("if (failed) { await transaction!.RollbackAsync(); return; }", "")]
    [InlineData("if (isDisposed) throw new ObjectDisposedException(\"\");", "")]
    [InlineData("", "if (isOpen) return;")]
    public Task A_unit_that_begins_in_a_method(string beforeCommit, string beforeBegin) => new Projects()
        .With("Data", Shop + $$"""
            public sealed class UnitOfWork(ShopContext db) : IAsyncDisposable
            {
                private IDbContextTransaction? transaction;
                private bool isOpen, failed, isDisposed;

                public void Fail() => failed = true;

                public async Task BeginAsync()
                {
                    {{beforeBegin}}
                    transaction = await db.Database.BeginTransactionAsync();
                    isOpen = true;
                }

                public async Task CommitAsync()
                {
                    {{beforeCommit}}
                    await transaction!.CommitAsync();
                    isOpen = false;
                }

                public async ValueTask DisposeAsync()
                {
                    isDisposed = true;
                    await db.DisposeAsync();
                }
            }
            """)
        .With("App", """
            public class Places(UnitOfWork unit, Orders orders, HttpClient http)
            {
                public async Task PlaceAsync(int id)
                {
                    await unit.BeginAsync();
                    await orders.AddAsync(id);
                    await http.GetStringAsync("https://example.com");
                    await unit.CommitAsync();
                    await http.GetStringAsync("https://example.com");
                }
            }
            """)
        .FindTheSame("App.cs:7 PGTX101");

    [Fact]
    public Task What_lives_on_behind_a_method_that_sets_a_flag() => new Projects()
        .With("Data", Shop + """
            public sealed class UnitOfWork(ShopContext db)
            {
                private IDbContextTransaction? transaction;
                private bool isFlushed;

                public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();

                public async Task FlushAsync()
                {
                    await db.SaveChangesAsync();
                    isFlushed = true;
                }

                public async Task CommitAsync()
                {
                    if (!isFlushed)
                        await db.SaveChangesAsync();
                    await transaction!.CommitAsync();
                }
            }
            """)
        .With("App", """
            public class Places(UnitOfWork unit, HttpClient http)
            {
                public async Task PlaceAsync()
                {
                    await unit.BeginAsync();
                    await unit.FlushAsync();
                    await http.GetStringAsync("https://example.com");
                    await unit.CommitAsync();
                    await http.GetStringAsync("https://example.com");
                }
            }
            """)
        .FindTheSame("App.cs:7 PGTX101");
}
