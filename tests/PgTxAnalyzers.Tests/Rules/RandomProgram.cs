using System.Text;

namespace PgTxAnalyzers.Tests.Rules;

/// <summary>
/// Writes a random method: one region in one of the shapes that real code has, with commands, external calls, waits, branches, loops, handlers, locals of all kinds,
/// comments and blank lines in any order. What is written always compiles. Equal seeds give equal programs.
/// </summary>
internal sealed class RandomProgram(int seed)
{
    /// <summary>What the method stands in, a file of its own.</summary>
    public const string Frame = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using System.Transactions;
        global using Dapper;
        global using Microsoft.EntityFrameworkCore;
        global using Microsoft.Extensions.Logging;
        global using Npgsql;

        public sealed class Order
        {
            public int Id { get; set; }
            public int Total { get; set; }
            public string? State { get; set; }
        }

        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
        }

        public sealed class Client(HttpClient http)
        {
            public async Task<int> AskAsync(int number, CancellationToken ct) => (await http.GetStringAsync($"/{number}", ct)).Length;
            public async Task<string> NameAsync(int number, CancellationToken ct) => await http.GetStringAsync($"/names/{number}", ct);
            public int Ask(int number) => http.GetStringAsync($"/{number}").Result.Length;
        }

        public abstract class UnitBase(NpgsqlDataSource source, NpgsqlConnection shared, ShopContext db, Client client, ILogger logger)
        {
            protected static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted };
            protected NpgsqlDataSource Source => source;
            protected NpgsqlConnection Shared => shared;
            protected ShopContext Db => db;
            protected Client Client => client;
            protected ILogger Logger => logger;
        }
        """;

    private const int MaxDepth = 6;

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly List<string> _numbers = ["a", "b"];
    private readonly List<string> _texts = ["name"];
    private int _next;
    private int _depth = 2;
    private bool _isAsync;
    private bool _inLambda;
    private bool _inLoop;
    private bool _endsRound;
    private string _connection = "shared";
    private string _transaction = "transaction";
    private bool _isContext;
    private string _token = "ct";

    public string Write()
    {
        _isAsync = Chance(80);
        Line(1, "public sealed class Unit(NpgsqlDataSource source, NpgsqlConnection shared, ShopContext db, Client client, ILogger<Unit> logger)", 0);
        Line(1, "{", 0);
        Line(1, "private int _count;", 1);
        Line(1, "public void Use() => Console.WriteLine($\"{source}{shared}{db}{client}{logger}{_count++}\");", 1);
        _text.Append('\n');
        Line(1, _isAsync ? "public async Task<int> RunAsync(int a, int b, string name, Order order, CancellationToken ct)" : "public int Run(int a, int b, string name, Order order, CancellationToken ct)", 1);
        Line(1, "{", 1);
        Some(0, 2, inRegion: false);
        if (Chance(15))
            Round();
        else
            Region();
        Some(0, 2, inRegion: false);
        Line(1, $"return {Number()};", 2);
        Line(1, "}", 1);
        Line(1, "}", 0);
        return _text.ToString();
    }

    /// <summary>The region is all that a loop does.</summary>
    private void Round()
    {
        (_inLoop, _endsRound) = (true, true);
        Line("foreach (var round in new[] { a, b })");
        Block(Region);
        (_inLoop, _endsRound) = (false, false);
    }

    private void Region()
    {
        switch (_random.Next(_isAsync ? 10 : 8))
        {
            case 0:
                Declared(own: true);
                break;
            case 1:
                Declared(own: false);
                break;
            case 2:
                Stacked(own: Chance(60), nested: Chance(40));
                break;
            case 3:
                Tried(declaredWithUsing: Chance(40), own: Chance(50));
                break;
            case 4:
                TriedInside();
                break;
            case 5:
                Scope();
                break;
            case 6:
                SqlText();
                break;
            case 7:
                Released();
                break;
            case 8:
                Context();
                break;
            default:
                Strategy();
                break;
        }
    }

    private string Await => _isAsync ? "await " : "";

    private string Using => _isAsync && Chance(70) ? "await using" : "using";

    private string Open => _isAsync ? $"await source.OpenConnectionAsync({_token})" : "source.OpenConnection()";

    private string Begin(string connection) => _isAsync
        ? $"await {connection}.BeginTransactionAsync({(Chance(20) ? "System.Data.IsolationLevel.ReadCommitted, " : "")}{_token}){(Chance(15) ? ".ConfigureAwait(false)" : "")}"
        : $"{connection}.BeginTransaction()";

    private string Commit => _isAsync ? $"await {_transaction}.CommitAsync({_token});" : $"{_transaction}.Commit();";

    private string Rollback => _isAsync ? $"await {_transaction}.RollbackAsync(CancellationToken.None);" : $"{_transaction}.Rollback();";

    private void OpenConnection(bool own)
    {
        _connection = own ? "connection" : "shared";
        if (own && Chance(30))
        {
            Line($"{Using} var connection = new NpgsqlConnection(name);");
            Line(_isAsync ? $"await connection.OpenAsync({_token});" : "connection.Open();");
        }
        else if (own)
        {
            Line($"{Using} var connection = {Open};");
        }
    }

    private void Declared(bool own)
    {
        OpenConnection(own);
        Line($"{Using} var {_transaction} = {Begin(_connection)};");
        Body(() => Line(Commit));
    }

    private void Stacked(bool own, bool nested)
    {
        _connection = own ? "connection" : "shared";
        if (own)
        {
            Line($"{Using} (var connection = {Open})");
            if (nested)
                Line(1, "{", _depth++);
        }

        Line($"{Using} (var {_transaction} = {Begin(_connection)})");
        Block(() =>
        {
            Body(() => Line(Commit));
            if (Chance(30))
                Line($"return {Number()};");
        });
        if (own && nested)
            Line(1, "}", --_depth);
    }

    private void Tried(bool declaredWithUsing, bool own)
    {
        if (declaredWithUsing)
        {
            OpenConnection(own);
            Line($"{Using} var {_transaction} = {Begin(_connection)};");
        }
        else
        {
            _connection = "shared";
            Line($"var {_transaction} = {Begin(_connection)};");
        }

        Line("try");
        Block(() => Body(() => Line(Commit)));
        Line("catch");
        Handler();
    }

    private void Handler()
    {
        Line(1, "{", _depth++);
        if (Chance(50))
        {
            Line("try");
            Line("{");
            Line(1, Rollback, _depth + 1);
            Line("}");
            Line("catch");
            Line("{");
            Line(1, $"// The first failure counts {_next++}.", _depth + 1);
            Line("}");
            _text.Append('\n');
        }
        else
        {
            Line(Rollback);
        }

        Leave();
        Line(1, "}", --_depth);
    }

    /// <summary>A handler throws on, says why, answers, or goes on with the next round.</summary>
    private void Leave()
    {
        var way = _random.Next(10);
        if (way > 5)
            Line($"logger.LogError(\"Failed {_next++} with {{Number}}.\", {Number()});");
        if (way < 6)
            Line("throw;");
        else if (way == 6)
            Line($"throw new InvalidOperationException(\"{_next++}\");");
        else if (way == 7 || !_endsRound)
            Line($"return {Number()};");
        else if (way == 8)
            Line("continue;");
    }

    private void TriedInside()
    {
        var own = Chance(40);
        _connection = own ? "connection" : "shared";
        if (own)
            Line("NpgsqlConnection? connection = null;");
        Line($"NpgsqlTransaction? {_transaction} = null;");
        Line("try");
        Block(() =>
        {
            if (own)
            {
                Line("connection = new NpgsqlConnection(name);");
                Line(_isAsync ? $"await connection.OpenAsync({_token});" : "connection.Open();");
            }

            Line($"{_transaction} = {Begin(_connection)};");
            Body(() => Line(Commit));
        });
        Line("catch");
        Line("{");
        Line(1, $"if ({_transaction} is not null)", _depth + 1);
        Line(1, $"    {Rollback}", _depth + 1);
        Line(1, "throw;", _depth + 1);
        Line("}");
        if (!own)
            return;
        Line("finally");
        Line("{");
        Line(1, $"{_transaction}?.Dispose();", _depth + 1);
        Line(1, "connection?.Dispose();", _depth + 1);
        Line("}");
    }

    private void Released()
    {
        _connection = "connection";
        Line($"var connection = {Open};");
        Line($"var {_transaction} = {Begin(_connection)};");
        Line("try");
        Block(() => Body(() => Line(Commit)));
        if (Chance(50))
        {
            Line("catch");
            Handler();
        }

        Line("finally");
        Line("{");
        Line(1, _isAsync ? $"await {_transaction}.DisposeAsync();" : $"{_transaction}.Dispose();", _depth + 1);
        Line(1, _isAsync ? "await connection.DisposeAsync();" : "connection.Dispose();", _depth + 1);
        Line("}");
    }

    private void Scope()
    {
        _connection = "connection";
        var options = Chance(70) ? "TransactionScopeOption.Required, ReadCommitted, " : "";
        var begin = $"new TransactionScope({options}TransactionScopeAsyncFlowOption.Enabled)";
        void Inside()
        {
            Line($"{Using} var connection = {Open};");
            _transaction = "null";
            Body(() => Line("scope.Complete();"));
        }

        if (Chance(50))
        {
            Line($"using var scope = {begin.Replace("ReadCommitted", "new TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted }")};");
            Inside();
        }
        else
        {
            Line($"using (var scope = {begin.Replace("ReadCommitted", "new TransactionOptions { IsolationLevel = System.Transactions.IsolationLevel.ReadCommitted }")})");
            Block(Inside);
        }
    }

    private void SqlText()
    {
        _connection = "shared";
        _transaction = "null";
        Line(_isAsync ? "await shared.ExecuteAsync(\"BEGIN\");" : "shared.Execute(\"BEGIN\");");
        Body(() => Line(_isAsync ? "await shared.ExecuteAsync(\"COMMIT\");" : "shared.Execute(\"COMMIT\");"));
    }

    private void Context()
    {
        _isContext = true;
        Line($"{Using} var {_transaction} = await db.Database.BeginTransactionAsync({_token});");
        Body(() => Line(Commit));
    }

    private void Strategy()
    {
        _isContext = true;
        var outer = (_numbers.ToList(), _texts.ToList());
        Line("var strategy = db.Database.CreateExecutionStrategy();");
        var takesToken = Chance(40);
        Line(takesToken ? "await strategy.ExecuteAsync(async ct =>" : "await strategy.ExecuteAsync(async () =>");
        Line(1, "{", _depth++);
        var before = _inLoop;
        (_inLambda, _inLoop) = (true, false);
        if (Chance(30))
            Line("db.ChangeTracker.Clear();");
        Line($"await using var {_transaction} = await db.Database.BeginTransactionAsync({_token});");
        Body(() => Line(Commit));
        (_inLambda, _inLoop) = (false, before);
        Line(1, takesToken ? "}, ct);" : "});", --_depth);
        Restore(outer);
    }

    private void Body(Action commit)
    {
        Some(1, 3, inRegion: true);
        if (Chance(70))
            External();
        Some(1, 3, inRegion: true);
        commit();
        if (Chance(30))
            Some(1, 1, inRegion: false);
    }

    private void Some(int least, int most, bool inRegion)
    {
        for (var count = _random.Next(least, most + 1); count > 0; count--)
            Statement(inRegion);
    }

    private void Statement(bool inRegion)
    {
        if (Chance(15))
            _text.Append('\n');
        if (Chance(15))
            Line($"// Comment {_next++}.");
        switch (_random.Next(inRegion ? 15 : 6))
        {
            case 0:
                Line($"{Name()} = {Number()};");
                break;
            case 1:
                Declare("var", Number());
                break;
            case 2:
                Line(Chance(50) ? $"logger.LogInformation(\"At {{Number}}.\", {Number()});" : $"_count += {Number()};");
                break;
            case 3:
                Line($"order.Total = {Number()};");
                break;
            case 4 when _depth < MaxDepth:
                Branch(inRegion);
                break;
            case 5:
                External();
                break;
            case 6 when _depth < MaxDepth:
                Loop(inRegion);
                break;
            case 7 when _isAsync:
                Line($"await Task.Delay({Number()} + {_next++}, {_token});");
                break;
            case 8 when _depth < MaxDepth && _isAsync:
                Line("try");
                Block(() => External());
                Line("catch (HttpRequestException)");
                Line("{");
                Line(1, Chance(50) ? "throw;" : "_count++;", _depth + 1);
                Line("}");
                break;
            case 9 or 10:
                Query();
                break;
            default:
                if (inRegion)
                    Command();
                else
                    Declare("var", Number());
                break;
        }
    }

    private void Command()
    {
        if (_isContext)
        {
            Line(Chance(40)
                ? $"await db.SaveChangesAsync({_token});"
                : $"await db.Database.ExecuteSqlAsync($\"UPDATE orders SET total = {{{Number()}}}\", {_token});");
            return;
        }

        var sql = _random.Next(12) switch
        {
            0 => "SELECT total FROM orders WHERE id = @value FOR UPDATE",
            1 => "SET LOCAL statement_timeout = 100",
            2 => "INSERT INTO orders (total) VALUES (@value)",
            _ => "UPDATE orders SET total = @value",
        };
        Line(_isAsync
            ? $"await {_connection}.ExecuteAsync(\"{sql}\", new {{ value = {Number()} }}, {Transaction()});"
            : $"{_connection}.Execute(\"{sql}\", new {{ value = {Number()} }}, {Transaction()});");
    }

    private void Query()
    {
        if (_isContext)
        {
            Declare("var", $"await db.Orders.Where(o => o.Total > {Number()}).CountAsync({_token})");
            return;
        }

        var method = _isAsync ? "ExecuteScalarAsync" : "ExecuteScalar";
        switch (_random.Next(4))
        {
            case 0:
                DeclareText($"{Await}{_connection}.{method}<string>(\"SELECT name FROM orders\", null, {Transaction()}) ?? \"\"");
                break;
            case 1 when _isAsync:
                Line($"var (v{_next}, v{_next + 1}) = await {_connection}.QuerySingleAsync<(int, int)>(\"INSERT INTO orders (total) VALUES (1) RETURNING id, total\", null, {Transaction()});");
                _numbers.Add($"v{_next++}");
                _numbers.Add($"v{_next++}");
                break;
            case 2:
                Declare("int", $"{Await}{_connection}.{method}<int>(\"SELECT count(*) FROM orders\", null, {Transaction()})");
                break;
            default:
                Declare("var", $"{Await}{_connection}.{method}<int>(\"INSERT INTO orders (total) VALUES (1) RETURNING id\", null, {Transaction()})");
                break;
        }
    }

    private string Transaction() => Chance(30) ? $"transaction: {_transaction}" : _transaction;

    private void External()
    {
        var mark = _next++;
        var call = _isAsync ? $"client.AskAsync({Number()} + {mark}, {_token})" : $"client.Ask({Number()} + {mark})";
        switch (_random.Next(5))
        {
            case 0:
                Line($"{Await}{call}{(Chance(15) && _isAsync ? ".ConfigureAwait(false)" : "")};", valued: !_isAsync);
                break;
            case 1:
                Line($"{Name()} = {Await}{call};");
                break;
            case 2 when _isAsync:
                DeclareText($"await client.NameAsync({Number()} + {mark}, {_token})");
                break;
            case 3:
                Line($"order.Total = {Await}{call}; // behind {_next++}");
                break;
            default:
                Declare("var", $"{Await}{call}");
                break;
        }
    }

    private void Branch(bool inRegion)
    {
        Line($"if ({Number()} % 2 == 0)");
        Block(() =>
        {
            Some(1, 2, inRegion);
            switch (_random.Next(8))
            {
                case 0:
                    Line(_inLambda ? "return;" : $"return {Number()};");
                    break;
                case 1:
                    Line($"throw new InvalidOperationException(\"{_next++}\");");
                    break;
                case 2 when _inLoop:
                    Line(Chance(50) ? "continue;" : "break;");
                    break;
            }
        });
        if (Chance(30))
        {
            Line("else");
            Block(() => Some(1, 1, inRegion));
        }
    }

    private void Loop(bool inRegion)
    {
        var before = _inLoop;
        _inLoop = true;
        var name = $"i{_next++}";
        Line(Chance(50) ? $"foreach (var {name} in new[] {{ 1, 2 }})" : $"for (var {name} = 0; {name} < {Number()}; {name}++)");
        Block(() =>
        {
            Some(1, 2, inRegion);
            Line($"_count += {name};");
        });
        _inLoop = before;
    }

    private void Block(Action write)
    {
        var outer = (_numbers.ToList(), _texts.ToList());
        Line(1, "{", _depth++);
        write();
        Line(1, "}", --_depth);
        Restore(outer);
    }

    private void Restore((List<string> Numbers, List<string> Texts) outer)
    {
        _numbers.Clear();
        _numbers.AddRange(outer.Numbers);
        _texts.Clear();
        _texts.AddRange(outer.Texts);
    }

    private void Declare(string type, string value)
    {
        var name = $"v{_next++}";
        Line($"{type} {name} = {value};");
        _numbers.Add(name);
    }

    private void DeclareText(string value)
    {
        var name = $"s{_next++}";
        Line($"var {name} = {value};");
        _texts.Add(name);
    }

    private string Name() => _numbers[_random.Next(_numbers.Count)];

    private string Number() => _random.Next(7) switch
    {
        0 => $"{_random.Next(9)}",
        1 => "order.Total",
        2 => $"({Name()} + {_random.Next(9)})",
        3 => $"{_texts[_random.Next(_texts.Count)]}.Length",
        _ => Name(),
    };

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Line(string text, bool valued = false) => Line(1, valued ? $"_ = {text}" : text, _depth);

    private void Line(int lines, string text, int depth) => _text.Append(' ', depth * 4).Append(text).Append('\n', lines);
}
