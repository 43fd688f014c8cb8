using System.Collections.Immutable;

namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>A method that begins a transaction, with the rules that have to report in it.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Statements">Its body.</param>
/// <param name="Rules">One entry per finding.</param>
internal sealed record RegionMethod(string Name, string Statements, ImmutableArray<string> Rules)
{
    // One in five holds its transaction across something, which is more than real code bases have.
    private static readonly RegionMethod[] Kinds =
    [
        new("Replace", """
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var changed = await connection.ExecuteAsync("UPDATE TABLE_NAME SET status = @status WHERE id = @id", new { id, status }, transaction);
            if (changed == 0)
            {
                await transaction.RollbackAsync(ct);
                return 0;
            }

            await connection.ExecuteAsync("INSERT INTO history (kind, ref) VALUES ('TABLE_NAME', @id)", new { id }, transaction);
            await transaction.CommitAsync(ct);
            return changed;
            """, []),
        new("Archive", """
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                foreach (var part in status.Split(','))
                    await connection.ExecuteAsync("DELETE FROM TABLE_NAME WHERE id = @id AND part = @part", new { id, part }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch (PostgresException failure) when (failure.SqlState == "23503")
            {
                await transaction.RollbackAsync(ct);
                return -1;
            }

            return 1;
            """, []),
        new("Notify", """
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE TABLE_NAME SET status = @status WHERE id = @id", new { id, status }, transaction);
            using var answer = await http.PostAsync($"events/{id}", null, ct);
            await transaction.CommitAsync(ct);
            return answer.IsSuccessStatusCode ? 1 : 0;
            """, ["PGTX101"]),
        new("Transfer", """
            using var scope = new TransactionScope(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = await source.OpenConnectionAsync(ct);
            var changed = await connection.ExecuteAsync("UPDATE TABLE_NAME SET status = @status WHERE id = @id", new { id, status });
            scope.Complete();
            return changed;
            """, []),
        new("Enrich", """
            using var answer = await http.GetAsync($"details/{id}", ct);
            var detail = await answer.Content.ReadAsStringAsync(ct);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var changed = await connection.ExecuteAsync("UPDATE TABLE_NAME SET status = @detail WHERE id = @id", new { id, detail }, transaction);
            await transaction.CommitAsync(ct);
            return changed;
            """, []),
    ];

    public static RegionMethod Number(int number) => Kinds[number % Kinds.Length] with { Name = $"{Kinds[number % Kinds.Length].Name}{number}Async" };
}
