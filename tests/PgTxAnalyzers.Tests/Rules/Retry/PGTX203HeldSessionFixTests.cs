using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A statement of a transaction that an object keeps is no unit: what was done before it is lost with the connection, and the retried statement would commit by itself.</summary>
public sealed class PGTX203HeldSessionFixTests
{
    private static TestCode Code(string statements) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Microsoft.AspNetCore.Mvc;
        using Npgsql;

        public sealed class UnitOfWork(NpgsqlDataSource source) : IDisposable
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;

            public OrderStore Orders
            {
                get
                {
                    Begin();
                    return new OrderStore(connection!);
                }
            }

            public OrderStore Kept { get; } = new(source.CreateConnection());

            public void Begin()
            {
                connection ??= source.OpenConnection();
                transaction ??= connection.BeginTransaction();
            }

            public void Commit() => transaction?.Commit();

            public void Dispose()
            {
                transaction?.Dispose();
                connection?.Dispose();
            }
        }

        public sealed class OrderStore(NpgsqlConnection connection)
        {
            public Task SaveAsync(int id) => connection.ExecuteAsync("UPDATE orders SET state = 'paid' WHERE id = @id", new { id });
        }

        public sealed class Session : IDisposable
        {
            private readonly Lazy<IDbTransaction> transaction;

            public Session(NpgsqlDataSource source)
            {
                var opened = source.OpenConnection();
                Connection = opened;
                transaction = new Lazy<IDbTransaction>(() => opened.BeginTransaction());
            }

            public IDbConnection Connection { get; }

            public IDbTransaction Transaction => transaction.Value;

            public void Dispose() => Connection.Dispose();
        }

        public sealed class SessionStore(Session session)
        {
            public Task SaveAsync(int id) => session.Connection.ExecuteAsync("UPDATE orders SET state = 'paid' WHERE id = @id", new { id }, session.Transaction);
        }

        public sealed class CommandStore(NpgsqlConnection connection)
        {
            public async Task SaveAsync()
            {
                await using var command = new NpgsqlCommand("DELETE FROM carts", connection);
                await command.ExecuteNonQueryAsync();
            }

            public async Task OpenAndSaveAsync()
            {
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("DELETE FROM carts", connection);
                await command.ExecuteNonQueryAsync();
                await connection.CloseAsync();
            }
        }

        public sealed class PlainStore(IDbConnection connection)
        {
            public Task SaveAsync(int id) => connection.ExecuteAsync("UPDATE orders SET state = 'paid' WHERE id = @id", new { id });
        }

        public sealed class SourceStore(NpgsqlDataSource source)
        {
            public async Task SaveAsync(int id)
            {
                await using var connection = await source.OpenConnectionAsync();
                await connection.ExecuteAsync("UPDATE orders SET state = 'paid' WHERE id = @id", new { id });
            }
        }

        public sealed class Payments(NpgsqlDataSource source)
        {
            public async Task PayAsync(int id)
            {
                using var unit = new UnitOfWork(source);
                unit.Begin();
                await unit.Orders.SaveAsync(id);
                unit.Commit();
            }
        }

        public sealed class Steps(NpgsqlDataSource source)
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;

            public async Task StartAsync()
            {
                connection = await source.OpenConnectionAsync();
                transaction = await connection.BeginTransactionAsync();
                await connection.ExecuteAsync("DELETE FROM carts", transaction: transaction);
            }
        }

        [ApiController]
        public class OrdersController(Steps steps, HttpClient http, UnitOfWork unit, SessionStore sessions, CommandStore commands, PlainStore plain, SourceStore sourced, Payments payments) : ControllerBase
        {
            [HttpPost("pay/{id}")]
            public async Task<IActionResult> Pay(int id)
            {
                {{statements}}
                return Ok();
            }

            public void Use() => Console.WriteLine($"{steps}{http}{unit}{sessions}{commands}{plain}{sourced}{payments}");
        }
        """);

    [Theory]
    // The property begins.
    [InlineData("await unit.Orders.SaveAsync(id); // fix: PGTX203\nunit.Commit();")]
    // The store is made by the class that begins.
    [InlineData("await unit.Kept.SaveAsync(id); // fix: PGTX203")]
    // The transaction of a session that the container shares.
    [InlineData("await sessions.SaveAsync(id); // fix: PGTX203")]
    // A command on a connection that nobody opens again.
    [InlineData("await commands.SaveAsync(); // fix: PGTX203")]
    // Dapper opens it again, and something is committed behind.
    [InlineData("await plain.SaveAsync(id); // fix: PGTX203\nunit.Commit();")]
    // A payment is made in the transaction that the unit begins.
    [InlineData("await steps.StartAsync(); // fix: PGTX203\nawait http.PostAsync(\"/pay\", null);")]
    public Task It_is_not_run_again(string statements) => Code(statements).Fix("PGTX203").IsNotOffered();

    [Theory]
    [InlineData("await sourced.SaveAsync(id); // fix: PGTX203")]
    [InlineData("await plain.SaveAsync(id); // fix: PGTX203")]
    [InlineData("await commands.OpenAndSaveAsync(); // fix: PGTX203")]
    // Each attempt makes its own unit of work.
    [InlineData("await payments.PayAsync(id); // fix: PGTX203")]
    public async Task It_is_where_each_attempt_has_its_own(string statements) => Assert.Single(await Code(statements).Fix("PGTX203").Offers());
}
