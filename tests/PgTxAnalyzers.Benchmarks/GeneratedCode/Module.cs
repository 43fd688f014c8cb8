namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>One entity and what an application writes around it, by text templates. Numbers vary a little, so that not all modules are of one length.</summary>
internal sealed partial class Module(Shape shape, int index)
{
    public const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Mvc;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly string[] Nouns =
        ["Invoice", "Shipment", "Contract", "Payment", "Voucher", "Customer", "Supplier", "Delivery", "Return", "Quote", "Tariff", "Parcel", "Claim", "Ticket", "Budget", "Asset"];

    private readonly string name = $"{Nouns[index % Nouns.Length]}{index}";

    private string Table => $"{Nouns[index % Nouns.Length].ToLowerInvariant()}_{index}";

    private IEnumerable<int> Fields => Enumerable.Range(0, 9 + index % 7);

    public IEnumerable<(string Path, string Text)> Files()
    {
        yield return File("Model", Entity());
        yield return File("Contracts", Contracts());
        yield return File("Mapping", Mapping());
        yield return File("Validation", Validation());
        yield return File("Repository", shape == Shape.NoDataLibrary ? MemoryRepository() : DatabaseRepository());
        yield return File("Client", Client());
        yield return File("Pricing", Pricing());
        yield return File("Service", Service());
        yield return File("Controller", Controller());
    }

    public (string Path, string Text) UnitOfWork(IEnumerable<RegionMethod> methods) => File("UnitOfWork", $$"""
        using System.Transactions;
        using Dapper;
        using Npgsql;

        namespace Shop.{{name}}s;

        public sealed class {{name}}UnitOfWork(NpgsqlDataSource source, HttpClient http)
        {
        {{Each(methods, method => $$"""
                public async Task<int> {{method.Name}}(int id, string status, CancellationToken ct)
                {
            {{Indent(method.Statements.Replace("TABLE_NAME", Table), 4)}}
                }

            """)}}
            public Uri? Base() => http.BaseAddress;
        }
        """);

    private (string Path, string Text) File(string part, string text) => ($"Shop/{name}s/{name}{part}.cs", text);

    private static string Type(int field) => (field % 4) switch { 0 => "string?", 1 => "decimal", 2 => "DateTimeOffset", _ => "int" };

    private static string Each<T>(IEnumerable<T> items, Func<T, string> text) => string.Join("\n", items.Select(text));

    private static string Indent(string text, int by) =>
        string.Join("\n", text.Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));
}
