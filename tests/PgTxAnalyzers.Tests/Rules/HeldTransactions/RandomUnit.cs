using System.Text;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>
/// Writes a random method with a region, commands, calls, locals and an object that changes. The doubles of Npgsql in
/// <see cref="Doubles"/> write down what reaches them, so that the method can be run before and after a fix.
/// </summary>
internal sealed class RandomUnit(int seed)
{
    public const string Doubles = """
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;

        namespace Npgsql
        {
            public sealed class NpgsqlDataSource(List<string> trace)
            {
                public async Task<NpgsqlConnection> OpenConnectionAsync() { await Task.Yield(); return new NpgsqlConnection(trace); }
            }

            public sealed class NpgsqlConnection(List<string> trace) : IAsyncDisposable
            {
                public async Task<NpgsqlTransaction> BeginTransactionAsync() { await Task.Yield(); trace.Add("db BEGIN"); return new NpgsqlTransaction(trace); }
                public async Task<int> ExecuteAsync(string text) { await Task.Yield(); trace.Add("db " + text); return trace.FindAll(line => line.StartsWith("db ") && char.IsDigit(line[3])).Count * 7 % 11; }
                public ValueTask DisposeAsync() => default;
            }

            public sealed class NpgsqlTransaction(List<string> trace) : IAsyncDisposable
            {
                private bool _ended;
                public async Task CommitAsync() { await Task.Yield(); _ended = true; trace.Add("db COMMIT"); }
                public async Task RollbackAsync() { await Task.Yield(); _ended = true; trace.Add("db ROLLBACK"); }
                public ValueTask DisposeAsync() { if (!_ended) { _ended = true; trace.Add("db ROLLBACK"); } return default; }
            }
        }

        public sealed class Client(List<string> trace)
        {
            private int _answers = 5;
            public async Task<int> AskAsync(int value) { await Task.Yield(); trace.Add("call " + value); return _answers = _answers * 3 % 13; }
            public async Task<int> AskAsync(Box box) { await Task.Yield(); trace.Add("call box " + box.Value); return _answers = _answers * 5 % 13; }
        }

        public sealed class Box { public int Value { get; set; } }

        """;

    private readonly Random _random = new(seed);
    private readonly List<string> _names = ["a", "b"];
    private readonly StringBuilder _text = new();
    private int _next;
    private int _calls;
    private int _depth = 2;

    /// <summary>The source, with marks as a stated finding has them: <c>/*begin*/</c>, and <c>/*call*/</c> before one of the calls.</summary>
    public string Write()
    {
        _text.Append(Doubles.Replace("\r\n", "\n"));
        Line("public sealed class Unit(Npgsql.NpgsqlDataSource source, Npgsql.NpgsqlConnection shared, Client client)", 0);
        Line("{", 0);
        Line("public async Task<int> RunAsync(int a, int b, Box box)", 1);
        Line("{", 1);
        Some(0, 2, inRegion: false);
        var own = _random.Next(2) == 0;
        var connection = own ? "connection" : "shared";
        switch (_random.Next(3))
        {
            case 0:
                Declared(own, connection);
                break;
            case 1:
                Stacked(own, connection);
                break;
            default:
                Tried(own, connection);
                break;
        }

        Line("}", 1);
        Line("}", 0);
        return _text.ToString();
    }

    private void Declared(bool own, string connection)
    {
        if (own)
        {
            Line("await using var connection = await source.OpenConnectionAsync();", 2);
        }

        Line($"await using var transaction = await /*begin*/{connection}.BeginTransactionAsync();", 2);
        Region(connection);
        Line("await transaction.CommitAsync();", 2);
        Some(0, 2, inRegion: false);
        Line($"return {Value()};", 2);
    }

    private void Stacked(bool own, string connection)
    {
        if (own)
        {
            Line("await using (var connection = await source.OpenConnectionAsync())", 2);
        }

        Line($"await using (var transaction = await /*begin*/{connection}.BeginTransactionAsync())", 2);
        Block(() =>
        {
            Region(connection);
            Line("await transaction.CommitAsync();", _depth);
            if (_random.Next(2) == 0)
            {
                Line($"return {Value()};", _depth);
            }
        });
        Some(0, 2, inRegion: false);
        Line($"return {Value()};", 2);
    }

    private void Tried(bool own, string connection)
    {
        if (own)
        {
            Line("await using var connection = await source.OpenConnectionAsync();", 2);
        }

        Line($"var transaction = await /*begin*/{connection}.BeginTransactionAsync();", 2);
        Line("try", 2);
        Block(() =>
        {
            Region(connection);
            Line("await transaction.CommitAsync();", _depth);
        });
        var tells = seed % 2 == 0;
        Line(tells ? "catch (Exception exception)" : "catch", 2);
        Line("{", 2);
        if (tells)
        {
            Line("Console.Error.WriteLine(exception.Message);", 3);
        }

        Line("await transaction.RollbackAsync();", 3);
        Line("throw;", 3);
        Line("}", 2);
        Some(0, 2, inRegion: false);
        Line($"return {Value()};", 2);
    }

    private void Region(string connection)
    {
        Some(1, 3, inRegion: true, connection);
        Call(mark: true);
        Some(1, 3, inRegion: true, connection);
    }

    private void Block(Action write)
    {
        var names = _names.ToList();
        Line("{", _depth++);
        write();
        Line("}", --_depth);
        _names.Clear();
        _names.AddRange(names);
    }

    private void Some(int least, int most, bool inRegion, string connection = "shared")
    {
        for (var count = _random.Next(least, most + 1); count > 0; count--)
        {
            switch (_random.Next(inRegion ? 10 : 5))
            {
                case 0:
                    Line($"{Name()} = {Value()};", _depth);
                    break;
                case 1:
                    Declare($"{Value()}");
                    break;
                case 2:
                    Line($"box.Value = {Value()};", _depth);
                    break;
                case 3:
                    Call(mark: false);
                    break;
                case 4 when _depth < 4:
                    Line($"if ({Value()} % 2 == 0)", _depth);
                    Block(() =>
                    {
                        Some(1, 2, inRegion, connection);
                        if (_random.Next(4) == 0)
                        {
                            Line($"return {Value()};", _depth);
                        }
                    });
                    break;
                case 5 or 6:
                    Declare($"await {connection}.ExecuteAsync($\"{{{Value()}}}\")");
                    break;
                default:
                    Line($"await {connection}.ExecuteAsync($\"{{{Value()}}}\");", _depth);
                    break;
            }
        }
    }

    private void Call(bool mark)
    {
        var call = $"{(mark ? "/*call*/" : "")}client.AskAsync({(_random.Next(3) == 0 ? "box" : Value())})";
        switch (_random.Next(3))
        {
            case 0:
                Line($"await {call};", _depth);
                break;
            case 1:
                Line($"{Name()} = await {call};", _depth);
                break;
            default:
                Line($"// Call {++_calls}.", _depth);
                Declare($"await {call}");
                break;
        }
    }

    private void Declare(string value)
    {
        var name = $"v{_next++}";
        Line($"var {name} = {value};", _depth);
        _names.Add(name);
    }

    private string Name() => _names[_random.Next(_names.Count)];

    private string Value() => _random.Next(5) switch
    {
        0 => $"{_random.Next(9)}",
        1 => "box.Value",
        2 => $"({Name()} + {_random.Next(9)})",
        _ => Name(),
    };

    private void Line(string text, int depth) => _text.Append(' ', depth * 4).Append(text).Append('\n');
}
