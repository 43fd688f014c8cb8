using System.Text;

namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>Writes a program as C#, one statement a line, and notes the line of each.</summary>
internal sealed class ProgramWriter
{
    /// <summary>What all programs use. <c>Maybe</c> throws nothing and nobody knows its answer.</summary>
    public const string Support = """
        global using System;
        global using System.Collections.Generic;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using System.Transactions;
        global using Dapper;
        global using Npgsql;
        global using static Support;

        public static class Support
        {
            private static int _state;
            public static bool Maybe() => Some() % 2 == 0;
            public static int Some() => _state = _state * 31 + 7;
            public static int[] Items() => new int[_state];
            public static async Task RunAsync(Func<Task> work) => await work();
        }
        """;

    private readonly SmallProgram _program;

    /// <summary>Of the class, and in the name of each method: what one program's helpers do is not to be asked of another's.</summary>
    private readonly string _name;
    private readonly StringBuilder _text = new();
    private readonly IReadOnlyDictionary<int, string> _notes;
    private int _line;
    private int _depth;
    private int _names;
    private string _returned = "";

    private ProgramWriter(SmallProgram program, string name, IReadOnlyDictionary<int, string> notes) => (_program, _name, _notes) = (program, name, notes);

    /// <param name="notes">What to say behind a line, by its number.</param>
    public static string Write(SmallProgram program, string name, IReadOnlyDictionary<int, string>? notes = null)
    {
        var writer = new ProgramWriter(program, name, notes ?? new Dictionary<int, string>());
        writer.Whole();
        return writer._text.ToString();
    }

    private void Whole()
    {
        Line($"public sealed class {_name}(HttpClient http, NpgsqlDataSource source)");
        Braces(() =>
        {
            Line(_program.OpensSecond ? "public async Task HandleAsync(NpgsqlConnection conn0)" : "public async Task HandleAsync(NpgsqlConnection conn0, NpgsqlConnection conn1)");
            Braces(() => Statements(_program.Body));
            foreach (var method in _program.Methods)
                Private(method);
        });
    }

    private void Private(Method method)
    {
        var (c, tx) = ($"conn{method.Connection}", $"tx{method.Variable}");
        Line(method.Kind switch
        {
            MethodKind.OnConnection => $"private async Task {_name}F{method.Function}Async(NpgsqlConnection {c})",
            MethodKind.OnTransaction => $"private async Task {_name}F{method.Function}Async(NpgsqlTransaction {tx})",
            MethodKind.Begins => $"private async Task<NpgsqlTransaction> {_name}F{method.Function}Async(NpgsqlConnection {c})",
            _ => $"private async Task {_name}F{method.Function}Async()",
        });
        Inside(method.Kind == MethodKind.Begins ? tx : "", () => Braces(() =>
        {
            if (method.Kind == MethodKind.Begins)
                Line($"var {tx} = await {c}.BeginTransactionAsync();");
            Statements(method.Body);
            if (method.Kind == MethodKind.Begins)
                Line($"return {tx};");
        }));
    }

    /// <param name="returned">What a <c>return</c> in there gives back.</param>
    private void Inside(string returned, Action write)
    {
        var outer = _returned;
        _returned = returned;
        write();
        _returned = outer;
    }

    private void Statements(List<Statement> block)
    {
        for (var i = 0; i < block.Count; i++)
            Write(block[i], isLast: i == block.Count - 1);
    }

    private void Block(List<Statement> block, string end = "}") => Braces(() => Statements(block), end);

    private void Write(Statement s, bool isLast)
    {
        s.Line = _line + 1;
        switch (s.Op)
        {
            case Op.If:
                Line($"if ({ConditionOf(s)})");
                Block(s.Blocks[0]);
                if (s.Blocks.Count > 1)
                {
                    Line("else");
                    Block(s.Blocks[1]);
                }

                break;
            case Op.Loop:
                WriteLoop(s);
                break;
            case Op.Switch:
                WriteSwitch(s);
                break;
            case Op.Try:
                WriteTry(s);
                break;
            case Op.UsingTransaction:
                WriteUsing(s, isLast);
                break;
            case Op.UsingConnection:
                Around($"await using var conn{s.Connection} = await source.OpenConnectionAsync();", $"await using (var conn{s.Connection} = await source.OpenConnectionAsync())", s, isLast && _program.Statements.Count(other => other.Op == Op.UsingConnection) == 1);
                break;
            case Op.UsingScope:
                Line("using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))");
                Line($"await using (var conn{s.Connection} = await source.OpenConnectionAsync())");
                Block(s.Blocks[0]);
                break;
            case Op.Lambda:
                var work = ++_names;
                Line(s.Form == 0 ? "await RunAsync(async () =>" : $"Func<Task> work{work} = async () =>");
                Inside("", () => Block(s.Blocks[0], s.Form == 0 ? "});" : "};"));
                if (s.Form == 1)
                    Line($"await work{work}();");
                break;
            case Op.LocalFunction:
                Line($"async Task {_name}F{s.Function}Async()");
                Inside("", () => Block(s.Blocks[0]));
                s.Line = _line + 1;
                Line($"await {_name}F{s.Function}Async();");
                break;
            default:
                Line(TextOf(s));
                break;
        }
    }

    private string ConditionOf(Statement s) => s.Condition switch
    {
        Condition.Flag => $"flag{s.Variable}",
        Condition.NotFlag => $"!flag{s.Variable}",
        Condition.NotNull => s.Form == 0 ? $"tx{s.Variable} != null" : $"tx{s.Variable} is not null",
        Condition.Call => "(await http.GetAsync(\"/\")).IsSuccessStatusCode",
        _ => "Maybe()",
    };

    private void WriteLoop(Statement s)
    {
        var variable = $"i{++_names}";
        if ((LoopForm)s.Form == LoopForm.DoWhile)
        {
            Line("do");
            Block(s.Blocks[0], end: "");
            s.Line = _line + 1;
            Line("} while (Maybe());");
            return;
        }

        Line((LoopForm)s.Form switch
        {
            LoopForm.While => "while (Maybe())",
            LoopForm.Forever => "while (true)",
            LoopForm.For => $"for (var {variable} = 0; {variable} < Some(); {variable}++)",
            LoopForm.ForEach => $"foreach (var {variable} in Items())",
            _ => "while ((await http.GetAsync(\"/\")).IsSuccessStatusCode)",
        });
        Block(s.Blocks[0]);
    }

    private void WriteSwitch(Statement s)
    {
        Line("switch (Some())");
        Braces(() =>
        {
            for (var i = 0; i < s.Blocks.Count; i++)
            {
                Line(s.HasLast && i == s.Blocks.Count - 1 ? "default:" : $"case {i}:");
                Block(s.Blocks[i]);
                Line("break;");
            }
        });
    }

    private void WriteTry(Statement s)
    {
        Line("try");
        Block(s.Blocks[0]);
        for (var i = 0; i < s.Clauses.Count; i++)
        {
            var e = $"e{++_names}";
            Line(s.Clauses[i] switch
            {
                Clause.General => s.Form == 0 ? "catch" : "catch (Exception)",
                Clause.Filtered => "catch (Exception) when (Maybe())",
                Clause.Database => "catch (NpgsqlException)",
                Clause.DatabaseFiltered => $"catch (NpgsqlException {e}) when ({e}.IsTransient)",
                _ => "catch (HttpRequestException)",
            });
            Block(s.Blocks[1 + i]);
        }

        if (s.HasLast)
        {
            Line("finally");
            Block(s.Blocks[^1]);
        }
    }

    private void WriteUsing(Statement s, bool isLast)
    {
        var tx = $"tx{s.Variable}";
        var begin = s.Form is 2 or 3 && s.Function == Statement.None ? $"conn{s.Connection}.BeginTransaction()" : BeginOf(s);
        if (s.MayBeNull)
            begin = $"Maybe() ? {begin} : null";
        switch (s.Form)
        {
            case 4:
                Line($"var {tx} = {begin};");
                Line($"await using ({tx})");
                Block(s.Blocks[0]);
                break;
            case 5 when isLast && !s.MayBeNull:
                Line($"var {tx} = {begin};");
                Line($"await using var disposable{++_names} = {tx}.ConfigureAwait(false);");
                Statements(s.Blocks[0]);
                break;
            default:
                var word = s.Form is 2 or 3 ? "using" : "await using";
                Around($"{word} var {tx} = {begin};", $"{word} (var {tx} = {begin})", s, isLast);
                break;
        }
    }

    /// <summary>With the form of a declaration where nothing comes behind it, else of a statement.</summary>
    private void Around(string declaration, string head, Statement s, bool isLast)
    {
        if (isLast && s.Form % 2 == 0)
        {
            Line(declaration);
            Statements(s.Blocks[0]);
        }
        else
        {
            Line(head);
            Block(s.Blocks[0]);
        }
    }

    private string BeginOf(Statement s) => (s.Function, s.Op == Op.Begin ? s.Form : 0) switch
    {
        ( >= 0, _) => $"await {_name}F{s.Function}Async(conn{s.Connection})",
        (_, 1) => $"conn{s.Connection}.BeginTransaction()",
        (_, 2) => $"await conn{s.Connection}.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted)",
        (_, 3) => $"await conn{s.Connection}.BeginTransactionAsync().ConfigureAwait(false)",
        _ => $"await conn{s.Connection}.BeginTransactionAsync()",
    };

    private string TextOf(Statement s) => s.Op switch
    {
        Op.Begin => $"{(s.Declares ? "var " : "")}tx{s.Variable} = {BeginOf(s)};",
        Op.NoTransaction => $"NpgsqlTransaction? tx{s.Variable} = null;",
        Op.Alias => $"var tx{s.Variable} = tx{s.Other};",
        Op.Commit or Op.Rollback or Op.Dispose => EndOf(s),
        Op.Savepoint => $"await tx{s.Variable}.SaveAsync(\"here\");",
        Op.Command => CommandOf(s, s.Form % 2 == 0 ? "UPDATE orders SET total = 1" : "SELECT 1"),
        Op.SetLocal => CommandOf(s, "SET LOCAL idle_in_transaction_session_timeout = 0"),
        Op.SqlBegin => CommandOf(s, s.Form % 2 == 0 ? "BEGIN" : "START TRANSACTION"),
        Op.SqlCommit => CommandOf(s, "COMMIT"),
        Op.SqlRollback => CommandOf(s, "ROLLBACK"),
        Op.Close => $"await conn{s.Connection}.CloseAsync();",
        Op.Open => $"await conn{s.Connection}.OpenAsync();",
        Op.Call => CallOf(s),
        Op.Fire => s.Form == 0 ? "_ = http.GetAsync(\"/\");" : "_ = Task.Run(() => http.GetAsync(\"/\"));",
        Op.Delay => s.Form == 0 ? "await Task.Delay(100);" : "Thread.Sleep(100);",
        Op.StartCall => $"{(s.Declares ? "Task " : "")}task{s.Variable} = http.GetAsync(\"/\");",
        Op.StartDelay => $"{(s.Declares ? "Task " : "")}task{s.Variable} = Task.Delay(100);",
        Op.AwaitTask => $"await task{s.Variable};",
        Op.AwaitBoth => $"await Task.WhenAll(task{s.Variable}, task{s.Other});",
        Op.Flag => $"var flag{s.Variable} = Maybe();",
        Op.Return => $"return{(_returned == "" ? "" : " " + _returned)};",
        Op.Throw => "throw new InvalidOperationException();",
        Op.Rethrow => "throw;",
        Op.Break => "break;",
        Op.Continue => "continue;",
        Op.Invoke => $"await {_name}F{s.Function}Async({(s.Connection != Statement.None ? $"conn{s.Connection}" : s.Other != Statement.None ? $"tx{s.Other}" : "")});",
        _ => throw new InvalidOperationException(s.Op.ToString()),
    };

    private static string EndOf(Statement s)
    {
        var tx = $"tx{s.Variable}";
        return (s.MayBeNull, s.Form) switch
        {
            (true, 0) => $"if ({tx} != null) await {tx}.{s.Op}Async();",
            (true, 1) => $"{tx}?.{s.Op}();",
            (true, _) => $"await ({tx}?.{s.Op}Async() ?? {(s.Op == Op.Dispose ? "ValueTask" : "Task")}.CompletedTask);",
            (false, 1) => $"{tx}.{s.Op}();",
            (false, 2) => $"await {tx}.{s.Op}Async().ConfigureAwait(false);",
            _ => $"await {tx}.{s.Op}Async();",
        };
    }

    private string CommandOf(Statement s, string sql) => Spelling.Command(s.Form, $"conn{s.Connection}", $"command{++_names}", sql);

    private string CallOf(Statement s) => Spelling.Call(s.Form, $"answer{++_names}");

    private void Braces(Action write, string end = "}")
    {
        Line("{");
        _depth++;
        write();
        _depth--;
        if (end != "")
            Line(end);
    }

    private void Line(string text)
    {
        _text.Append(' ', 4 * _depth).Append(text);
        if (_notes.TryGetValue(++_line, out var note))
            _text.Append(" // ").Append(note);
        _text.Append('\n');
    }
}
