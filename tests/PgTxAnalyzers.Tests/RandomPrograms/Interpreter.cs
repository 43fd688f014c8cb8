namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>
/// Runs a program in all ways at once: every answer of every condition, every number of turns of a loop, every call that may fail, failing and not. Conditions
/// do not depend on each other (but for flags and null tests, which are computed), so a set of snapshots per point is all that there is to know.
/// What throws, and before or after it has done its work, is the table of docs/how-it-works.md.
/// </summary>
internal sealed partial class Interpreter(SmallProgram program)
{
    /// <summary>Calls inside calls: the snapshots have four bits for a frame, and the generator stays far below.</summary>
    public const int MaxDepth = 8;

    private readonly (int Line, bool IsLambda, int Passed)[] _frames = new (int, bool, int)[MaxDepth + 1];
    private Exit _caught = Exit.Any;

    /// <summary>Why nobody says what the program does: a transaction that is over is committed, a closed connection is used.</summary>
    public string? Undefined { get; private set; }

    /// <summary>What happened in which line; null: nobody asks.</summary>
    public HashSet<(int Line, Fact Fact)>? Facts { get; init; }

    /// <summary>Of the frame that runs.</summary>
    public int Depth { get; set; }

    /// <summary>What the rules have to say of the program, as <c>(id, line)</c>; null where nobody says what it does.</summary>
    public static HashSet<(string Id, int Line)>? Expected(SmallProgram program)
    {
        var facts = new HashSet<(int, Fact)>();
        var main = new Interpreter(program) { Facts = facts };
        main.RunMain();
        var undefined = main.Undefined;
        foreach (var method in program.Methods)
        {
            // Each method is looked at by itself too: anybody may call it.
            var alone = new Interpreter(program) { Facts = facts };
            alone.RunAlone(method);
            undefined ??= alone.Undefined;
        }

        return undefined is null ? Findings(facts) : null;
    }

    public static Snapshot Entry(SmallProgram program)
    {
        var entry = new Snapshot().With(0, Level.Idle);
        return program.OpensSecond ? entry : entry.With(1, Level.Idle);
    }

    private void RunMain() => Run(program.Body, [Entry(program)]);

    private void RunAlone(Method method)
    {
        var entry = new Snapshot();
        if (method.Connection != Statement.None)
            entry = entry.With(method.Connection, method.Kind == MethodKind.OnTransaction ? Level.Open : Level.Idle);
        if (method.Kind == MethodKind.OnTransaction)
            entry = entry.WithVariable(method.Variable, Held.Live);
        Run(method, [entry]);
    }

    /// <summary>The strongest statement of each line: one call is one finding.</summary>
    private static HashSet<(string Id, int Line)> Findings(HashSet<(int Line, Fact Fact)> facts)
    {
        var findings = new HashSet<(string, int)>();
        foreach (var line in facts.GroupBy(fact => fact.Line, fact => fact.Fact))
        {
            if (line.Contains(Fact.SecondBegin))
                findings.Add(("PGTX703", line.Key));
            if (line.Contains(Fact.CallInOpen))
                findings.Add(("PGTX101", line.Key));
            else if (line.Contains(Fact.Wait))
                findings.Add(("PGTX102", line.Key));
            else if (line.Contains(Fact.CallInPinned))
                findings.Add(("PGTX103", line.Key));
        }

        return findings;
    }

    public Ways Run(List<Statement> block, HashSet<Snapshot> entry)
    {
        var ways = new Ways();
        var current = entry;
        foreach (var statement in block)
        {
            if (current.Count == 0)
                break;
            var after = Run(statement, current);
            current = after.Next;
            after.Next = [];
            ways.Add(after);
        }

        ways.Next = [.. current];
        return ways;
    }

    public Ways Run(Statement statement, HashSet<Snapshot> entry)
    {
        _frames[Depth].Line = statement.Line;
        return statement.Op switch
        {
            Op.If => RunIf(statement, entry),
            Op.Loop => RunLoop(statement, entry),
            Op.Switch => RunSwitch(statement, entry),
            Op.Try => RunTry(statement, entry),
            Op.UsingTransaction or Op.UsingConnection or Op.UsingScope => RunUsing(statement, entry),
            Op.Lambda or Op.LocalFunction or Op.Invoke => Invoke(statement, entry),
            Op.Begin when statement.Function != Statement.None => Invoke(statement, entry),
            _ => RunEach(statement, entry),
        };
    }

    private Ways RunEach(Statement statement, HashSet<Snapshot> entry)
    {
        var ways = new Ways();
        foreach (var snapshot in entry)
            Step(statement, snapshot, ways);
        return ways;
    }

    private void Step(Statement statement, Snapshot s, Ways ways)
    {
        var (c, v) = (statement.Connection, statement.Variable);
        switch (statement.Op)
        {
            case Op.Begin:
                Begin(statement, s, ways);
                break;
            case Op.NoTransaction:
                ways.Next.Add(s.WithVariable(v, Held.Nothing));
                break;
            case Op.Alias:
                ways.Next.Add(s.WithVariable(v, s.Variable(statement.Other)));
                break;
            case Op.Commit or Op.Rollback or Op.Dispose:
                EndByVariable(statement, s, ways);
                break;
            case Op.Savepoint:
                if (s.Variable(v) != Held.Live || s.Level(program.Variables[v]) < Level.Open)
                    Undefined ??= "a savepoint outside of an open transaction";
                Fails(ways, Exit.Database, s, s);
                break;
            case Op.Command or Op.SetLocal:
                Command(statement, s, ways);
                break;
            case Op.SqlBegin:
                BeginByText(statement, s, ways);
                break;
            case Op.SqlCommit or Op.SqlRollback:
                if (s.Level(c) is not (Level.Idle or Level.OpenByText or Level.IntendedByText))
                    Undefined ??= "text ends what text has not begun";
                // Its answer may be an error, and the transaction is over all the same.
                ThrowsOfCommand(statement, End(s, c, Level.Idle), End(s, c, Level.Idle), ways);
                break;
            case Op.Close:
                if (s.Level(c) == Level.Closed || c == SmallProgram.InScope)
                    Undefined ??= "a closed connection is closed, or that of a scope";
                After(ways, Exit.Database, End(s, c, Level.Closed));
                break;
            case Op.Open:
                if (s.Level(c) != Level.Closed || s.Level(SmallProgram.InScope) != Level.Closed)
                    Undefined ??= "an open connection is opened, or one inside a scope";
                Fails(ways, Exit.Database, s, s.With(c, Level.Idle));
                break;
            case Op.Call:
                Note(s, isWait: false);
                Fails(ways, Exit.Http, s, s);
                if (Spelling.CallHasMore(statement.Form))
                    ways[Exit.Any].Add(s);
                break;
            case Op.Delay:
                Note(s, isWait: true);
                Fails(ways, Exit.Any, s, s);
                break;
            case Op.Fire:
                Fails(ways, Exit.Http, s, s);
                break;
            case Op.StartCall or Op.StartDelay:
                // The call itself may throw, before there is a task.
                Fails(ways, statement.Op == Op.StartCall ? Exit.Http : Exit.Any, s, s.WithVariable(v, Held.Live));
                break;
            case Op.AwaitTask or Op.AwaitBoth:
                Wait(statement, s, ways);
                break;
            case Op.Flag:
                ways.Next.Add(s.WithVariable(v, Held.Live));
                ways.Next.Add(s.WithVariable(v, Held.Nothing));
                break;
            case Op.Return:
                ways[Exit.Return].Add(s);
                break;
            case Op.Break:
                ways[Exit.Break].Add(s);
                break;
            case Op.Continue:
                ways[Exit.Continue].Add(s);
                break;
            case Op.Throw:
                ways[Exit.Other].Add(s);
                break;
            case Op.Rethrow:
                ways[_caught].Add(s);
                break;
            default:
                throw new InvalidOperationException(statement.Op.ToString());
        }
    }

    /// <summary>It works, or it throws before it has done anything.</summary>
    private static void Fails(Ways ways, Exit exception, Snapshot before, Snapshot after)
    {
        ways.Next.Add(after);
        ways[exception].Add(before);
    }

    /// <summary>It does its work, and may throw all the same.</summary>
    private static void After(Ways ways, Exit exception, Snapshot after) => Fails(ways, exception, after, after);

    private void Begin(Statement statement, Snapshot s, Ways ways)
    {
        var c = statement.Connection;
        if (s.Level(c) == Level.Closed)
            Undefined ??= "a begin on a closed connection";
        if (s.Lives(c))
        {
            // Refused: nothing runs after it.
            Note(s.Owner(c), Fact.SecondBegin);
            ways[Exit.Other].Add(s);
            return;
        }

        var begun = s.With(c, Level.Pinned).WithOwner(c, Depth);
        Fails(ways, Exit.Database, s, statement.Variable == Statement.None ? begun : begun.WithVariable(statement.Variable, Held.Live));
    }

    /// <summary>To the server a second BEGIN is a command like any other, with a warning.</summary>
    private void BeginByText(Statement statement, Snapshot s, Ways ways)
    {
        var c = statement.Connection;
        var after = s.With(c, Level.OpenByText).WithOwner(c, Depth);
        if (s.Lives(c))
        {
            Note(s.Owner(c), Fact.SecondBegin);
            after = s.Level(c) == Level.Pinned ? s.With(c, Level.Open) : s;
        }
        else if (s.Level(c) == Level.Closed)
        {
            Undefined ??= "BEGIN on a closed connection";
        }

        ThrowsOfCommand(statement, s, after, ways);
    }

    private void Command(Statement statement, Snapshot s, Ways ways)
    {
        var c = statement.Connection;
        var after = (s.Level(c), statement.Op) switch
        {
            (Level.Pinned or Level.Open, Op.SetLocal) => s.With(c, Level.Intended),
            (Level.OpenByText, Op.SetLocal) => s.With(c, Level.IntendedByText),
            (Level.Pinned, _) => s.With(c, Level.Open),
            _ => s,
        };
        if (s.Level(c) == Level.Closed)
            Undefined ??= "a command on a closed connection";
        ThrowsOfCommand(statement, s, after, ways);
    }

    /// <summary>It fails before it has run, or after; and the disposal of the command may throw anything.</summary>
    private static void ThrowsOfCommand(Statement statement, Snapshot before, Snapshot after, Ways ways)
    {
        After(ways, Exit.Database, after);
        ways[Exit.Database].Add(before);
        if (Spelling.CommandHasDisposal(statement.Form))
            ways[Exit.Any].UnionWith([before, after]);
    }

    private void EndByVariable(Statement statement, Snapshot s, Ways ways)
    {
        var v = statement.Variable;
        switch (s.Variable(v))
        {
            case Held.Nothing:
                if (!statement.MayBeNull)
                    Undefined ??= "a transaction that is null is ended";
                ways.Next.Add(s);
                break;
            case Held.Over:
                if (statement.Op != Op.Dispose)
                    Undefined ??= "a transaction that is over is ended";
                After(ways, Exit.Database, s);
                break;
            default:
                var ended = End(s, program.Variables[v], Level.Idle);
                After(ways, Exit.Database, ended);
                if (Spelling.EndHasMore(statement))
                    ways[Exit.Any].Add(ended);
                break;
        }
    }

    private Snapshot End(Snapshot s, int c, Level to)
    {
        if (s.Lives(c))
        {
            for (var v = 0; v < program.Variables.Count; v++)
            {
                if (program.Variables[v] == c && s.Variable(v) == Held.Live)
                    s = s.WithVariable(v, Held.Over);
            }
        }

        return s.With(c, to).WithOwner(c, 0);
    }

    private void Wait(Statement statement, Snapshot s, Ways ways)
    {
        int[] tasks = statement.Op == Op.AwaitTask ? [statement.Variable] : [statement.Variable, statement.Other];
        if (tasks.Any(task => s.Variable(task) != Held.Live))
            Undefined ??= "a task is awaited that was not started, or was awaited before";
        var isDelay = statement.Form == 1;
        Note(s, isDelay);
        After(ways, isDelay ? Exit.Any : Exit.Http, tasks.Aggregate(s, (snapshot, task) => snapshot.WithVariable(task, Held.Over)));
    }
}
