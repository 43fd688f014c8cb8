using Npgsql;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>Another client of the pooler, with a connection of its own.</summary>
internal sealed class Neighbour : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private Neighbour(NpgsqlConnection connection) => this.connection = connection;

    /// <param name="pooled">The string that leads through the pooler.</param>
    public static async Task<Neighbour> Connect(string pooled)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(pooled) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return new(connection);
    }

    /// <summary>Keeps the server connection that was used last, by a transaction, until <see cref="Leave"/>.</summary>
    public Task Occupy() => Ask("BEGIN; SELECT 1");

    public Task Leave() => Ask("ROLLBACK");

    /// <summary>Sends a text of its own, and gives back the first value, as text; null reads as <c>null</c>.</summary>
    public async Task<string> Ask(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? value.ToString()! : "null";
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
