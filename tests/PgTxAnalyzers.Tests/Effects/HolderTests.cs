using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Objects that are made with a transaction, or with the delegates that end it, in every way in which C# lets an object be made; and stores of which one alone is there.</summary>
public sealed class HolderTests
{
    private const string Usings = """
        using Dapper;
        using Npgsql;


        """;

    private const string Ends = """
        public async Task CommitAsync() => await transaction.CommitAsync();
        public async ValueTask DisposeAsync() { await transaction.DisposeAsync(); await connection.DisposeAsync(); }
        """;

    public static TheoryData<string, string, string> Holders => new()
    {
        {
            "a primary constructor of a generic class", "new Holder<int>(connection, transaction)",
            $"public sealed class Holder<T>(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable {{ {Ends} }}"
        },
        {
            "a primary constructor that hands on to an ordinary one", "new Holder(connection, transaction)",
            $$"""
            public abstract class Held : IAsyncDisposable
            {
                private readonly NpgsqlConnection connection;
                private readonly NpgsqlTransaction transaction;
                protected Held(NpgsqlConnection connection, NpgsqlTransaction transaction) { this.connection = connection; this.transaction = transaction; }
                {{Ends}}
            }
            public sealed class Holder(NpgsqlConnection connection, NpgsqlTransaction transaction) : Held(connection, transaction);
            """
        },
        {
            "the same, by name and with a literal", "new Holder(connection, transaction)",
            $$"""
            public abstract class Held : IAsyncDisposable
            {
                private readonly NpgsqlConnection connection;
                private readonly NpgsqlTransaction transaction;
                private readonly bool owns;
                protected Held(bool owns, NpgsqlTransaction transaction, NpgsqlConnection connection) { this.connection = connection; this.transaction = transaction; this.owns = owns; }
                public async Task CommitAsync() { if (owns) await transaction.CommitAsync(); }
                public async ValueTask DisposeAsync() { if (!owns) return; await transaction.DisposeAsync(); await connection.DisposeAsync(); }
            }
            public sealed class Holder(NpgsqlConnection connection, NpgsqlTransaction transaction) : Held(true, connection: connection, transaction: transaction);
            """
        },
        {
            "a primary constructor behind a primary constructor", "new Holder(connection, transaction)",
            $$"""
            public abstract class Held<T>(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable { {{Ends}} }
            public sealed class Holder(NpgsqlConnection connection, NpgsqlTransaction transaction) : Held<int>(connection, transaction);
            """
        },
        {
            "a constructor that says by a constant whose the transaction is", "new Holder(connection, transaction)",
            """
            public sealed class Holder : IAsyncDisposable
            {
                private readonly NpgsqlConnection connection;
                private readonly NpgsqlTransaction transaction;
                private readonly bool owns;
                public Holder(NpgsqlConnection connection, NpgsqlTransaction transaction) : this(connection, transaction, owns: true) { }
                public Holder(NpgsqlConnection connection, NpgsqlTransaction transaction, bool owns) { this.connection = connection; this.transaction = transaction; this.owns = owns; }
                public async Task CommitAsync() { if (owns) await transaction.CommitAsync(); }
                public async ValueTask DisposeAsync() { if (!owns) return; await transaction.DisposeAsync(); await connection.DisposeAsync(); }
            }
            """
        },
        {
            "lambdas in the parameters of a primary constructor", "new Holder(async () => await transaction.CommitAsync(), async () => await transaction.DisposeAsync())",
            """
            public sealed class Holder(Func<Task> commit, Func<ValueTask> dispose) : IAsyncDisposable
            {
                public async Task CommitAsync() => await commit();
                public async ValueTask DisposeAsync() => await dispose();
            }
            """
        },
        {
            "local functions that fields keep", "new Holder(Commit, Dispose); async Task Commit() => await transaction.CommitAsync(); ValueTask Dispose() => transaction.DisposeAsync()",
            """
            public sealed class Holder : IAsyncDisposable
            {
                private readonly Func<Task> commit;
                private readonly Func<ValueTask> dispose;
                public Holder(Func<Task> commit, Func<ValueTask> dispose) { this.commit = commit; this.dispose = dispose; }
                public async Task CommitAsync() => await commit();
                public async ValueTask DisposeAsync() => await dispose();
            }
            """
        },
    };

    [Theory]
    [MemberData(nameof(Holders))]
    public async Task What_ends_with_the_object_is_over_behind_it(string what, string made, string types)
    {
        Assert.NotEmpty(what);
        var type = made.StartsWith("new Holder<int>", StringComparison.Ordinal) ? "Holder<int>" : "Holder";
        await TestCode.Of(Usings + $$"""
            public sealed class Service(NpgsqlDataSource source, HttpClient http)
            {
                public async Task CommittedAsync()
                {
                    await using var holder = await BeginAsync();
                    await http.GetAsync("/"); // expect: PGTX101
                    await holder.CommitAsync();
                    await http.GetAsync("/");
                }

                public async Task DisposedAsync()
                {
                    await using (var holder = await BeginAsync())
                    {
                        await http.GetAsync("/"); // expect: PGTX101
                    }

                    await http.GetAsync("/");
                }

                private async Task<{{type}}> BeginAsync()
                {
                    var connection = await source.OpenConnectionAsync();
                    var transaction = await connection.BeginTransactionAsync();
                    await connection.ExecuteAsync("UPDATE counters SET n = n + 1 WHERE id = 1");
                    return {{made}};
                }
            }

            {{types}}
            """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();
    }

    [Theory]
    [InlineData("public Session(NpgsqlConnection connection, NpgsqlTransaction transaction) { this.connection = connection; this.transaction = transaction; }", "")]
    [InlineData("public Session(NpgsqlConnection connection, NpgsqlTransaction transaction) { this.connection = connection; this.transaction = transaction; if (connection.ProcessID == 0) throw new InvalidOperationException(); }", " // expect: PGTX102")]
    public async Task A_constructor_that_only_assigns_does_not_lose_the_transaction_by_failing(string constructor, string mark) => await TestCode.Of(Usings + $$"""
        public sealed class Session
        {
            private readonly NpgsqlConnection connection;
            private readonly NpgsqlTransaction transaction;
            {{constructor}}
            public NpgsqlConnection Connection => connection;
            public Task CommitAsync() => transaction.CommitAsync();
            public Task CloseAsync() => connection.CloseAsync();
        }

        public sealed class Store(string connectionString)
        {
            private async Task<Session> OpenAsync()
            {
                var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync();
                var transaction = await connection.BeginTransactionAsync();
                return new Session(connection, transaction);
            }

            public async Task CheckInAsync()
            {
                for (var attempt = 1; attempt <= 3; attempt++)
                {
                    Session? session = null;
                    try
                    {
                        session = await OpenAsync();
                        await session.Connection.ExecuteAsync("UPDATE nodes SET seen = now() WHERE id = 1");
                        await session.CommitAsync();
                        return;
                    }
                    catch (InvalidOperationException)
                    {
                    }
                    finally
                    {
                        if (session is not null)
                            await session.CloseAsync();
                    }

                    await Task.Delay(1000);{{mark}}
                }
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    private const string Stores = """
        public interface IStore { Task BeginAsync(); Task PutAsync(); Task EndAsync(); }

        public sealed class SqlStore(string connectionString) : IStore
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;
            public async Task BeginAsync()
            {
                connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync();
                transaction = await connection.BeginTransactionAsync();
            }
            public Task PutAsync() => connection!.ExecuteAsync("INSERT INTO rows VALUES (1)");
            public async Task EndAsync() { await transaction!.CommitAsync(); await connection!.DisposeAsync(); }
        }

        public sealed class RemoteStore(HttpClient http) : IStore
        {
            public Task BeginAsync() => Task.CompletedTask;
            public Task PutAsync() => http.GetAsync("/");
            public Task EndAsync() => Task.CompletedTask;
        }


        """;

    [Theory]
    [InlineData("IStore store", "await store.BeginAsync(); await store.PutAsync(); await store.EndAsync();")]
    [InlineData("Func<IStore> stores", "var store = stores(); await store.BeginAsync(); await store.PutAsync(); await store.EndAsync();")]
    [InlineData("IStore store, IStore other", "await store.BeginAsync(); await other.PutAsync(); // expect: PGTX103\n await store.EndAsync();")]
    [InlineData("IStore store, IStore other", "await store.BeginAsync(); store = other; await store.PutAsync(); // expect: PGTX103\n await store.EndAsync();")]
    public async Task One_object_is_of_one_class(string parameters, string body) => await TestCode.Of(Usings + Stores + $$"""
        public sealed class Service
        {
            public async Task RunAsync({{parameters}})
            {
                {{body}}
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Fact]
    public async Task One_field_is_of_one_class_as_long_as_it_is_not_assigned() => await TestCode.Of(Usings + Stores + """
        public sealed class Service(IStore other)
        {
            private IStore store = other;

            public async Task RunAsync()
            {
                await store.BeginAsync();
                await store.PutAsync();
                await store.EndAsync();
            }

            public async Task MixAsync()
            {
                await store.BeginAsync();
                store = other;
                await store.PutAsync(); // expect: PGTX103
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Fact]
    public async Task What_a_base_class_calls_on_itself_runs_one_class() => await TestCode.Of(Usings + """
        public abstract class Store(HttpClient http)
        {
            protected abstract Task BeginAsync();
            protected abstract Task PutAsync();
            protected abstract Task EndAsync();

            public async Task RunAsync()
            {
                await BeginAsync();
                await PutAsync();
                await EndAsync();
                await http.GetAsync("/");
            }

            public async Task HoldAsync()
            {
                await BeginAsync();
                await PutAsync();
                await http.GetAsync("/"); // expect: PGTX101
                await EndAsync();
            }
        }

        public sealed class SqlStore(string connectionString, HttpClient http) : Store(http)
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;
            protected override async Task BeginAsync()
            {
                connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync();
                transaction = await connection.BeginTransactionAsync();
            }
            protected override Task PutAsync() => connection!.ExecuteAsync("INSERT INTO rows VALUES (1)");
            protected override async Task EndAsync() { await transaction!.CommitAsync(); await connection!.DisposeAsync(); }
        }

        public sealed class RemoteStore(HttpClient http) : Store(http)
        {
            protected override Task BeginAsync() => Task.CompletedTask;
            protected override Task PutAsync() => http.GetAsync("/");
            protected override Task EndAsync() => Task.CompletedTask;
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("urls.ForEach(async url => await http.GetAsync(url));", "")]
    [InlineData("Parallel.ForEach(urls, async url => await http.GetAsync(url));", "")]
    [InlineData("Tell();", "")]
    [InlineData("await TellAsync();", " // expect: PGTX101")]
    [InlineData("urls.ForEach(url => http.GetAsync(url).Wait());", " // expect: PGTX101")]
    public async Task For_what_is_async_void_nobody_waits(string call, string mark) => await TestCode.Of(Usings + $$"""
        public sealed class Service(NpgsqlDataSource source, HttpClient http)
        {
            public async Task RunAsync(List<string> urls)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                await connection.ExecuteAsync("UPDATE orders SET told = true");
                {{call}}{{mark}}
                await transaction.CommitAsync();
            }

            private async void Tell() => await http.GetAsync("/");
            private async Task TellAsync() => await http.GetAsync("/");
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("Task<Order?> FindAsync(int id) => Db.Orders.SingleOrDefaultAsync(o => o.Id == id);")]
    [InlineData("async Task<Order?> FindAsync(int id) => await Db.Orders.SingleOrDefaultAsync(o => o.Id == id);")]
    public async Task A_task_that_is_handed_on_says_nothing_of_its_result(string find) => await TestCode.Of($$"""
        #nullable enable
        using Microsoft.EntityFrameworkCore;

        public sealed class Order { public int Id { get; set; } }
        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public sealed class Store(ShopContext db) { private ShopContext Db => db; public {{find}} }

        public sealed class Service(Store store, ShopContext db, HttpClient http)
        {
            public async Task RunAsync(int id)
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                var known = await store.FindAsync(id);
                if (known is null)
                    await http.PutAsync("/", null); // expect: PGTX101
                else
                    await http.DeleteAsync("/"); // expect: PGTX101
                await transaction.CommitAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("await using var scope = services.CreateAsyncScope(); await scope.ServiceProvider.GetRequiredService<Members>().DeleteAsync(id);", "")]
    [InlineData("await using (var scope = services.CreateAsyncScope()) { await scope.ServiceProvider.GetRequiredService<Members>().DeleteAsync(id); }", "")]
    [InlineData("await services.GetRequiredService<Members>().DeleteAsync(id);", " // expect: PGTX101")]
    [InlineData("await services.GetRequiredService<Members>().DeleteAsync(id); using var scope = services.CreateScope();", " // expect: PGTX101")]
    public async Task A_transaction_that_is_left_to_the_context_ends_with_the_scope_that_made_the_context(string call, string mark) => await TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;

        public sealed class Member { public int Id { get; set; } }
        public sealed class ChatContext(DbContextOptions<ChatContext> options) : DbContext(options) { public DbSet<Member> Members => Set<Member>(); }

        public sealed class Members(ChatContext db)
        {
            public async Task DeleteAsync(int id)
            {
                var transaction = await db.Database.BeginTransactionAsync();
                await db.Members.ExecuteDeleteAsync();
                if (id > 0)
                    return;
                await transaction.CommitAsync();
            }
        }

        public sealed class Service(IServiceProvider services, HttpClient http)
        {
            private async Task RemoveAsync(int id) { {{call}} }

            public async Task TellAsync(int id)
            {
                await RemoveAsync(id);
                await http.GetAsync("/");{{mark}}
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();
}
