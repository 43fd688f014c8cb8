using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Units of work out of a service container, and the end of the scope that they came out of.</summary>
public sealed class ServiceScopeTests
{
    private static TestCode Code(string body) => TestCode.Of($$"""
        using Dapper;
        using Microsoft.Extensions.DependencyInjection;
        using Npgsql;

        public interface IWork { void Begin(); Task<bool> Due(); Task Delete(int id); void Commit(); void Rollback(); }

        public sealed class Work(NpgsqlDataSource source) : IWork, IDisposable
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;

            public void Begin() { connection = source.OpenConnection(); transaction = connection.BeginTransaction(); }
            public Task<bool> Due() => connection!.ExecuteScalarAsync<bool>("SELECT due FROM jobs", transaction: transaction);
            public Task Delete(int id) => connection!.ExecuteAsync("DELETE FROM jobs WHERE id = @id", new { id }, transaction);
            public void Commit() => transaction!.Commit();
            public void Rollback() { transaction?.Rollback(); transaction?.Dispose(); transaction = null; }
            public void Dispose() { transaction?.Dispose(); connection?.Dispose(); }
        }

        public sealed class Session(NpgsqlConnection connection)
        {
            public NpgsqlTransaction Begin() => connection.BeginTransaction();
        }

        public sealed class Rows(NpgsqlConnection connection)
        {
            public Task Delete(int id) => connection.ExecuteAsync("DELETE FROM rows WHERE id = @id", new { id });
        }

        public class Clock(IServiceProvider services, IServiceScopeFactory scopes, IWork given, HttpClient http)
        {
            public async Task Run(CancellationToken ct)
            {
                {{body}}
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103", "PGTX105", "PGTX206");

    [Theory]
    [InlineData("while (!ct.IsCancellationRequested) { using (var scope = scopes.CreateScope()) { var work = scope.ServiceProvider.GetRequiredService<IWork>(); work.Begin(); if (await work.Due()) { work.Commit(); } } await Task.Delay(1000, ct); }")]
    [InlineData("using (var scope = services.CreateScope()) { var work = scope.ServiceProvider.GetRequiredService<IWork>(); work.Begin(); await work.Delete(1); } await Task.Delay(1000, ct);")]
    [InlineData("await using (var scope = scopes.CreateAsyncScope()) { var work = scope.ServiceProvider.GetRequiredService<Work>(); work.Begin(); await work.Delete(1); } await Task.Delay(1000, ct);")]
    [InlineData("var scope = scopes.CreateScope(); try { scope.ServiceProvider.GetRequiredService<IWork>().Begin(); } finally { scope.Dispose(); } await Task.Delay(1000, ct);")]
    [InlineData("using (var scope = scopes.CreateScope()) { var work = scope.ServiceProvider.GetRequiredService<IWork>(); work.Begin(); await Task.Delay(1000, ct); // expect: PGTX102\n}")]
    [InlineData("using (var scope = scopes.CreateScope()) { given.Begin(); await given.Delete(1); } await Task.Delay(1000, ct); // expect: PGTX102\ngiven.Commit();")]
    [InlineData("var work = services.GetRequiredService<IWork>(); using (var scope = scopes.CreateScope()) { work.Begin(); await work.Delete(1); } await Task.Delay(1000, ct); // expect: PGTX102\nwork.Commit();")]
    public Task The_end_of_a_scope_ends_what_came_out_of_it(string body) => Code(body).HasMarkedFindings();

    /// <summary>One object, and none that was made here.</summary>
    [Theory]
    [InlineData("var work = services.GetRequiredService<IWork>(); work.Begin(); await work.Delete(1); work.Rollback(); await http.GetAsync(\"/\");")]
    [InlineData("var work = services.GetRequiredService<IWork>(); work.Begin(); await work.Delete(1); await http.GetAsync(\"/\"); // expect: PGTX101\nwork.Rollback();")]
    [InlineData("var work = services.GetService<IWork>(); if (work is null) return; work.Begin(); await work.Delete(1); work.Rollback(); await http.GetAsync(\"/\");")]
    [InlineData("services.GetRequiredService<IWork>().Begin(); services.GetRequiredService<IWork>().Commit(); await http.GetAsync(\"/\");")]
    [InlineData("using var tx = services.GetRequiredService<Session>().Begin(); await services.GetRequiredService<Rows>().Delete(1); await http.GetAsync(\"/\"); // expect: PGTX101\ntx.Commit();")]
    public Task Which_object_it_is(string body) => Code(body).HasMarkedFindings();

    [Theory]
    [InlineData("work.Rollback();")]
    [InlineData("await work.Delete(2); // expect: PGTX206\nwork.Rollback();")]
    [InlineData("work.Rollback(); work.Begin(); await work.Delete(2); work.Commit();")]
    public Task What_is_resolved_in_each_round_rolls_back_its_own(string handling) => Code($$"""
        while (!ct.IsCancellationRequested)
        {
            using var scope = services.CreateScope();
            var work = scope.ServiceProvider.GetRequiredService<IWork>();
            work.Begin();
            try
            {
                await work.Delete(1);
                work.Commit();
            }
            catch (Exception)
            {
                {{handling}}
            }
        }
        """).HasMarkedFindings();
}
