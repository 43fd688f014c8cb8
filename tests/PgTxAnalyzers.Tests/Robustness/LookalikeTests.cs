using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Types that only share a name with a library's. Symbols are what counts, so all of this is quiet.</summary>
public class LookalikeTests
{
    private const string Doubles = """
        namespace Doubles;

        public class NpgsqlConnection : System.IAsyncDisposable
        {
            public ValueTask OpenAsync(CancellationToken ct = default) => default;
            public ValueTask<NpgsqlTransaction> BeginTransactionAsync(CancellationToken ct = default) => new(new NpgsqlTransaction());
            public Task<int> ExecuteAsync(string sql, object? param = null) => Task.FromResult(0);
            public ValueTask DisposeAsync() => default;
        }

        public class NpgsqlTransaction : System.IAsyncDisposable
        {
            public Task CommitAsync(CancellationToken ct = default) => Task.CompletedTask;
            public ValueTask DisposeAsync() => default;
        }

        public class TransactionScope : System.IDisposable
        {
            public void Complete() { }
            public void Dispose() { }
        }

        public class HttpClient
        {
            public Task<string> GetStringAsync(string url) => Task.FromResult(url);
        }

        public static class Task2
        {
            public static Task Delay(int milliseconds) => Task.CompletedTask;
        }
        """;

    [Fact]
    public Task A_transaction_of_another_library_is_none() => TestCode.Of("""
        public class Service
        {
            public async Task Run(Doubles.NpgsqlConnection conn, System.Net.Http.HttpClient http, string url, bool early)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await http.GetStringAsync(url);
                await Task.Delay(1000);
                if (early)
                    return;
                await tx.CommitAsync();
            }

            public async Task Scope(System.Net.Http.HttpClient http, string url)
            {
                using var scope = new Doubles.TransactionScope();
                await http.GetStringAsync(url);
                scope.Complete();
            }
        }
        """).WithFile("Doubles.cs", Doubles).IsQuiet();

    [Fact]
    public Task A_client_of_another_library_is_no_external_call() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await new Doubles.HttpClient().GetStringAsync(url);
        await Doubles.Task2.Delay(1000);
        await tx.CommitAsync(ct);
        """).WithFile("Doubles.cs", Doubles).IsQuiet();

    [Fact]
    public Task The_real_ones_are_found_beside_their_doubles() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).WithFile("Doubles.cs", Doubles).HasMarkedFindings();

    [Fact]
    public Task Doubles_in_the_library_s_own_namespace_open_no_gate() => TestCode.Of("""
        public class Service
        {
            public async Task Run(Npgsql.NpgsqlConnection conn, HttpClient http, string url)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await http.GetStringAsync(url);
                await tx.CommitAsync();
            }
        }
        """)
        .WithFile("Doubles.cs", Doubles.Replace("namespace Doubles;", "namespace Npgsql;").Replace("class HttpClient", "class Client"))
        .WithReferences(ReferenceSet.NoData)
        .IsQuiet();
}
