namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>The parts that hold, move and check data.</summary>
internal sealed partial class Module
{
    private string Entity() => $$"""
        namespace Shop.{{name}}s;

        /// <summary>A row of {{Table}}.</summary>
        public sealed class {{name}}
        {
            public int Id { get; set; }

            public string Status { get; set; } = "new";

            public long Version { get; set; }

        {{Each(Fields, field => $"    /// <summary>Field {field} of a {name}.</summary>\n    public {Type(field)} Field{field} {{ get; set; }}\n")}}
            public bool IsOpen => Status is "new" or "active" or "waiting";

            public override string ToString() => $"{Id} ({Status})";
        }
        """;

    private string Contracts() => $$"""
        namespace Shop.{{name}}s;

        public sealed record {{name}}Request
        {
        {{Each(Fields, field => $"    public {Type(field)} Field{field} {{ get; init; }}\n")}}
            public bool Urgent { get; init; }
        }

        public sealed record {{name}}Response(int Id, string Status, IReadOnlyList<string> Notes)
        {
        {{Each(Fields, field => $"    public {Type(field)} Field{field} {{ get; init; }}\n")}}
            public bool HasNotes => Notes.Count > 0;
        }

        public sealed record {{name}}Filter(string? Status, DateTimeOffset? Since, int Skip = 0, int Take = 50);
        """;

    private string Mapping() => $$"""
        namespace Shop.{{name}}s;

        public static class {{name}}Mapping
        {
            public static {{name}}Response ToResponse(this {{name}} source, IReadOnlyList<string> notes)
            {
                return new {{name}}Response(source.Id, source.Status, notes)
                {
        {{Each(Fields, field => $"            Field{field} = source.Field{field},")}}
                };
            }

            public static void Apply(this {{name}} target, {{name}}Request request)
            {
        {{Each(Fields, field => $"        target.Field{field} = request.Field{field};")}}
                target.Version++;
                if (request.Urgent && target.IsOpen)
                    target.Status = "active";
            }

            public static IEnumerable<string> Differences({{name}} left, {{name}} right)
            {
        {{Each(Fields, field => $"        if (!Equals(left.Field{field}, right.Field{field}))\n            yield return nameof({name}.Field{field});")}}
            }
        }
        """;

    private string Validation() => $$"""
        namespace Shop.{{name}}s;

        public sealed class {{name}}Validator
        {
            public IReadOnlyList<string> Validate({{name}}Request request)
            {
                var errors = new List<string>();
        {{Each(Fields.Where(field => field % 4 < 2), field => $"        Check{field}(request, errors);")}}
                return errors;
            }
        {{Each(Fields.Where(field => field % 4 == 0), field => $$"""

                private static void Check{{field}}({{name}}Request request, List<string> errors)
                {
                    if (string.IsNullOrWhiteSpace(request.Field{{field}}))
                        errors.Add("Field{{field}} is required.");
                    else if (request.Field{{field}}.Length > {{20 + field * 3}})
                        errors.Add($"Field{{field}} has {request.Field{{field}}.Length} characters; {{20 + field * 3}} are allowed.");
                }
            """)}}
        {{Each(Fields.Where(field => field % 4 == 1), field => $$"""

                private static void Check{{field}}({{name}}Request request, List<string> errors)
                {
                    if (request.Field{{field}} is < 0 or > {{1000 + field}})
                        errors.Add($"Field{{field}} is {request.Field{{field}}}.");
                    if (decimal.Round(request.Field{{field}}, 2) != request.Field{{field}})
                        errors.Add("Field{{field}} has more than two digits.");
                }
            """)}}
        }
        """;

    private string RepositoryInterface() => $$"""
        public interface I{{name}}Repository
        {
            Task<{{name}}?> FindAsync(int id, CancellationToken ct);

            Task<IReadOnlyList<{{name}}>> ListAsync({{name}}Filter filter, CancellationToken ct);

            Task<int> SaveAsync({{name}} item, CancellationToken ct);

            Task<bool> DeleteAsync(int id, CancellationToken ct);
        }
        """;

    private string MemoryRepository() => $$"""
        namespace Shop.{{name}}s;

        {{RepositoryInterface()}}

        public sealed class {{name}}Repository : I{{name}}Repository
        {
            private readonly Dictionary<int, {{name}}> rows = [];

            public Task<{{name}}?> FindAsync(int id, CancellationToken ct)
            {
                return Task.FromResult(rows.GetValueOrDefault(id));
            }

            public async Task<IReadOnlyList<{{name}}>> ListAsync({{name}}Filter filter, CancellationToken ct)
            {
                await Task.Yield();
                var found = rows.Values.Where(row => filter.Status is null || row.Status == filter.Status);
                return [.. found.OrderBy(row => row.Id).Skip(filter.Skip).Take(filter.Take)];
            }

            public async Task<int> SaveAsync({{name}} item, CancellationToken ct)
            {
                await Task.Yield();
                if (item.Id == 0)
                    item.Id = rows.Count + 1;
                rows[item.Id] = item;
                return item.Id;
            }

            public async Task<bool> DeleteAsync(int id, CancellationToken ct)
            {
                await Task.Yield();
                return rows.Remove(id);
            }
        }
        """;

    private string DatabaseRepository() => $$"""
        using Dapper;
        using Npgsql;

        namespace Shop.{{name}}s;

        {{RepositoryInterface()}}

        public sealed class {{name}}Repository(NpgsqlDataSource source) : I{{name}}Repository
        {
            public async Task<{{name}}?> FindAsync(int id, CancellationToken ct)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                return await connection.QuerySingleOrDefaultAsync<{{name}}>("SELECT * FROM {{Table}} WHERE id = @id", new { id });
            }

            public async Task<IReadOnlyList<{{name}}>> ListAsync({{name}}Filter filter, CancellationToken ct)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                var found = await connection.QueryAsync<{{name}}>(
                    "SELECT * FROM {{Table}} WHERE @status IS NULL OR status = @status ORDER BY id OFFSET @skip LIMIT @take",
                    new { status = filter.Status, skip = filter.Skip, take = filter.Take });
                return [.. found];
            }

            public async Task<int> SaveAsync({{name}} item, CancellationToken ct)
            {
                await using var command = source.CreateCommand("INSERT INTO {{Table}} (id, status) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET status = $2 RETURNING id");
                command.Parameters.Add(new NpgsqlParameter { Value = item.Id });
                command.Parameters.Add(new NpgsqlParameter { Value = item.Status });
                return (int)(await command.ExecuteScalarAsync(ct))!;
            }

            public async Task<bool> DeleteAsync(int id, CancellationToken ct)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                return await connection.ExecuteAsync("DELETE FROM {{Table}} WHERE id = @id", new { id }) > 0;
            }
        }
        """;
}
