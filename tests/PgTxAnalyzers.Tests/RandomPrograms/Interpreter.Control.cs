namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>What can be said of a line.</summary>
internal enum Fact
{
    /// <summary>An external call holds a transaction of which the server knows nothing yet.</summary>
    CallInPinned,

    /// <summary>An external call holds an open transaction.</summary>
    CallInOpen,

    /// <summary>A wait holds a transaction.</summary>
    Wait,

    /// <summary>A begin on a connection whose transaction lives.</summary>
    SecondBegin,
}

/// <summary>Control flow, calls, and where a finding stands.</summary>
internal sealed partial class Interpreter
{
    private Ways RunIf(Statement statement, HashSet<Snapshot> entry)
    {
        var ways = new Ways();
        HashSet<Snapshot> yes = [], no = [];
        foreach (var s in entry)
        {
            bool? answer = statement.Condition switch
            {
                Condition.Flag => s.Variable(statement.Variable) == Held.Live,
                Condition.NotFlag => s.Variable(statement.Variable) != Held.Live,
                Condition.NotNull => s.Variable(statement.Variable) != Held.Nothing,
                _ => null,
            };
            if (statement.Condition == Condition.Call)
            {
                Note(s, isWait: false);
                ways[Exit.Http].Add(s);
            }

            if (answer != false)
                yes.Add(s);
            if (answer != true)
                no.Add(s);
        }

        ways.Add(Run(statement.Blocks[0], yes));
        if (statement.Blocks.Count > 1)
            ways.Add(Run(statement.Blocks[1], no));
        else
            ways.Next.UnionWith(no);
        return ways;
    }

    private Ways RunLoop(Statement statement, HashSet<Snapshot> entry)
    {
        var ways = new Ways();
        var seen = new HashSet<Snapshot>(entry);
        var turn = entry;
        var form = (LoopForm)statement.Form;
        if (form != LoopForm.DoWhile)
            Ask(turn);
        while (turn.Count > 0)
        {
            var after = Run(statement.Blocks[0], turn);
            after.Next.UnionWith(after[Exit.Continue]);
            ways.Next.UnionWith(after[Exit.Break]);
            turn = [.. after.Next.Where(seen.Add)];
            if (form == LoopForm.DoWhile)
                Ask(after.Next);
            else
                Ask(turn);
            after.Next = after[Exit.Break] = after[Exit.Continue] = [];
            ways.Add(after);
        }

        return ways;

        // The condition, which any snapshot may leave the loop by.
        void Ask(HashSet<Snapshot> snapshots)
        {
            _frames[Depth].Line = statement.Line;
            foreach (var s in snapshots)
            {
                if (form == LoopForm.WhileCall)
                {
                    Note(s, isWait: false);
                    ways[Exit.Http].Add(s);
                }

                // To the engine an enumeration is a call like any other, that of an array too.
                if (form == LoopForm.ForEach)
                    ways[Exit.Any].Add(s);
                if (form != LoopForm.Forever)
                    ways.Next.Add(s);
            }
        }
    }

    private Ways RunSwitch(Statement statement, HashSet<Snapshot> entry)
    {
        var ways = new Ways();
        foreach (var section in statement.Blocks)
        {
            var after = Run(section, entry);
            after.Next.UnionWith(after[Exit.Break]);
            after[Exit.Break] = [];
            ways.Add(after);
        }

        if (!statement.HasLast)
            ways.Next.UnionWith(entry);
        return ways;
    }

    private Ways RunTry(Statement statement, HashSet<Snapshot> entry)
    {
        var body = Run(statement.Blocks[0], entry);
        var ways = new Ways();
        foreach (var exit in body.Exits)
        {
            var left = body[exit];
            for (var i = 0; i < statement.Clauses.Count && left.Count > 0 && Ways.IsException(exit); i++)
            {
                var takes = Takes(statement.Clauses[i], exit);
                if (takes == false)
                    continue;
                var outer = _caught;
                _caught = Caught(statement.Clauses[i], exit);
                ways.Add(Run(statement.Blocks[1 + i], left));
                _caught = outer;
                if (takes == true)
                    left = [];
            }

            ways[exit].UnionWith(left);
        }

        return statement.HasLast ? Finally(ways, after => Run(statement.Blocks[^1], after)) : ways;
    }

    /// <summary>
    /// Whether a clause takes an exception; null: it may. A statement that fails need not throw an NpgsqlException, nor a request an HttpRequestException (time is up, it is
    /// cancelled), but never the other's.
    /// </summary>
    private static bool? Takes(Clause clause, Exit exception) => (clause, exception) switch
    {
        (Clause.General, _) => true,
        (Clause.Filtered, _) or (_, Exit.Any) => null,
        (Clause.Database or Clause.DatabaseFiltered, Exit.Database) or (Clause.Http, Exit.Http) => null,
        _ => false,
    };

    /// <summary>What a clause throws again: of an exception of which nothing was known, it is now.</summary>
    private static Exit Caught(Clause clause, Exit exception) => (clause, exception) switch
    {
        (Clause.Database or Clause.DatabaseFiltered, Exit.Any) => Exit.Database,
        (Clause.Http, Exit.Any) => Exit.Http,
        _ => exception,
    };

    /// <summary>Whatever way the block is left by, the finalizer runs; where it is left by a way of its own, it is that one.</summary>
    private static Ways Finally(Ways block, Func<HashSet<Snapshot>, Ways> finalizer)
    {
        var ways = new Ways();
        foreach (var exit in block.Exits)
        {
            var after = finalizer(block[exit]);
            var next = after.Next;
            after.Next = [];
            ways.Add(after);
            ways[exit].UnionWith(next);
        }

        return ways;
    }

    private Ways RunUsing(Statement statement, HashSet<Snapshot> entry)
    {
        var (c, v) = (statement.Connection, statement.Variable);
        var ways = new Ways();
        var inside = new HashSet<Snapshot>();
        if (statement.Op == Op.UsingTransaction)
        {
            var begun = statement.Function != Statement.None ? Invoke(statement, entry) : new Ways();
            foreach (var s in statement.Function != Statement.None ? [] : entry)
                Begin(statement, s, begun);
            inside = begun.Next;
            begun.Next = [];
            ways.Add(begun);
            if (statement.MayBeNull)
                inside.UnionWith(entry.Select(s => s.WithVariable(v, Held.Nothing)));
        }
        else
        {
            foreach (var s in entry)
            {
                if (s.Level(c) != Level.Closed || s.Level(SmallProgram.InScope) != Level.Closed)
                    Undefined ??= "opened twice, or inside a scope";
                var opened = s.With(c, statement.Op == Op.UsingScope ? Level.Pinned : Level.Idle);
                inside.Add(statement.Op == Op.UsingScope ? opened.WithOwner(c, Depth) : opened);
                ways[Exit.Database].Add(s);
                if (statement.Op == Op.UsingScope)
                    ways[Exit.Any].Add(s);
            }
        }

        ways.Add(Finally(Run(statement.Blocks[0], inside), after => RunEach(after, s => statement.Op switch
        {
            Op.UsingTransaction when s.Variable(v) == Held.Live => End(s, program.Variables[v], Level.Idle),
            Op.UsingTransaction => s,
            _ => End(s, c, Level.Closed),
        }, statement.Op == Op.UsingScope ? Exit.Any : Exit.Database, statement.Op == Op.UsingTransaction ? v : Statement.None)));
        return ways;

        static Ways RunEach(HashSet<Snapshot> entry, Func<Snapshot, Snapshot> dispose, Exit exception, int variable)
        {
            var ways = new Ways();
            foreach (var s in entry)
            {
                if (variable != Statement.None && s.Variable(variable) == Held.Nothing)
                    ways.Next.Add(s);
                else
                    After(ways, exception, dispose(s));
            }

            return ways;
        }
    }

    private Ways Invoke(Statement call, HashSet<Snapshot> entry)
    {
        var method = program.Methods.SingleOrDefault(m => m.Function == call.Function);
        var body = method?.Body ?? (call.Op == Op.Invoke ? program.LocalFunctions[call.Function] : call).Blocks[0];
        if (method?.Kind == MethodKind.OnTransaction)
        {
            if (entry.Any(s => s.Variable(call.Other) == Held.Nothing))
                Undefined ??= "a method is given no transaction";
            entry = [.. entry.Select(s => s.WithVariable(method.Variable, s.Variable(call.Other)))];
        }

        if (Depth == MaxDepth)
        {
            Undefined ??= "too deep";
            return new Ways();
        }

        _frames[++Depth] = (call.Line, call.Op == Op.Lambda, method?.Kind == MethodKind.OnTransaction ? method.Connection : Statement.None);
        var inside = method is null ? Run(body, entry) : Run(method, entry);
        Depth--;

        var locals = Statement.All(body).Where(s => s.Declares).Select(s => s.Variable).ToHashSet();
        if (method is { Variable: not Statement.None })
            locals.Add(method.Variable);
        var ways = new Ways();
        foreach (var exit in inside.Exits)
            ways[exit is Exit.Return ? Exit.Next : exit].UnionWith(inside[exit].Select(s => Home(s, call, method, locals, exit)));
        if (method is not null && method.Kind != MethodKind.Begins && !CanBegin(method.Body))
            NotFollowed(inside, entry.Where(s => !Enumerable.Range(0, SmallProgram.Connections).Any(s.Lives)), ways);
        return ways;
    }

    /// <summary>
    /// Where no transaction lives, a method that hands none back is not looked into: it may throw anything, if it throws more than the database does, and that it never returns is not seen.
    /// </summary>
    private void NotFollowed(Ways inside, IEnumerable<Snapshot> entry, Ways ways)
    {
        foreach (var s in entry)
        {
            if (inside.Next.Count + inside[Exit.Return].Count == 0)
                Undefined ??= "a method that never returns, and is not followed";
            if (inside.Thrown.Any())
                ways[inside.Exits.Where(Ways.IsException).All(e => e == Exit.Database || inside[e].Count == 0) ? Exit.Database : Exit.Any].Add(s);
        }
    }

    private bool CanBegin(List<Statement> body) => Statement.All(body).Any(s =>
        s.Op is Op.Begin or Op.UsingTransaction or Op.SqlBegin or Op.UsingScope || (s.Op == Op.Invoke && program.Methods.Any(m => m.Function == s.Function && CanBegin(m.Body))));

    /// <summary>The body of a method in its own frame.</summary>
    public Ways Run(Method method, HashSet<Snapshot> entry)
    {
        if (method.Kind != MethodKind.Begins)
            return Run(method.Body, entry);

        // Whatever it finds living on the connection is a caller's, and is said in the caller's line.
        return Run([new Statement(Op.Begin) { Connection = method.Connection, Variable = method.Variable }, .. method.Body], entry);
    }

    /// <summary>Back in the caller: what the callee has left open is the caller's, and its variables are gone.</summary>
    private Snapshot Home(Snapshot s, Statement call, Method? method, HashSet<int> locals, Exit exit)
    {
        if (method?.Kind == MethodKind.Begins && !Ways.IsException(exit) && call.Variable != Statement.None)
            s = s.WithVariable(call.Variable, s.Variable(method.Variable));
        foreach (var local in locals)
            s = s.WithVariable(local, Held.Nothing);
        for (var c = 0; c < SmallProgram.Connections; c++)
        {
            if (s.Owner(c) <= Depth)
                continue;
            if (s.Level(c) is Level.Pinned or Level.Open && !Enumerable.Range(0, program.Variables.Count).Any(v => program.Variables[v] == c && s.Variable(v) == Held.Live))
                Undefined ??= "a callee leaves a transaction that nobody holds";
            s = s.WithOwner(c, Depth);
        }

        return s;
    }

    private void Note(Snapshot s, bool isWait)
    {
        for (var c = 0; c < SmallProgram.Connections; c++)
        {
            // A method with the transaction as its parameter says so itself, and who calls it is quiet.
            var isPassed = false;
            for (var frame = s.Owner(c) + 1; frame <= Depth; frame++)
                isPassed |= _frames[frame].Passed == c;
            if (s.Lives(c) && s.Level(c) is not (Level.Intended or Level.IntendedByText) && !isPassed)
                Note(s.Owner(c), isWait ? Fact.Wait : s.Level(c) == Level.Pinned ? Fact.CallInPinned : Fact.CallInOpen);
        }
    }

    /// <summary>In the frame to which the transaction belongs: in the line that runs there, or in that of a lambda which stands there and runs.</summary>
    private void Note(int owner, Fact fact)
    {
        var frame = owner;
        while (frame < Depth && _frames[frame + 1].IsLambda)
            frame++;
        Facts?.Add((_frames[frame].Line, fact));
    }
}
