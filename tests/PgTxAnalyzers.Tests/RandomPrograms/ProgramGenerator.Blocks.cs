namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>Statements with blocks inside, and bodies.</summary>
internal sealed partial class ProgramGenerator
{
    private Statement If(Place place, HashSet<Snapshot> current)
    {
        var statement = new Statement(Op.If) { Form = _random.Next(2) };
        var nullable = place.Transactions.Where(v => current.Any(s => s.Variable(v) == Held.Nothing)).ToList();
        if (nullable.Count > 0 && Chance(50))
            (statement.Condition, statement.Variable) = (Condition.NotNull, OneOf(nullable));
        else if (place.Flags.Count > 0 && Chance(70))
            (statement.Condition, statement.Variable) = (Chance(70) ? Condition.Flag : Condition.NotFlag, OneOf(place.Flags));
        else if (Chance(15))
            statement.Condition = Condition.Call;

        statement.Blocks.Add(Block(place.Inner(), Entered(yes: true), 3));
        if (Chance(40))
            statement.Blocks.Add(Block(place.Inner(), Entered(yes: false), 3));
        return statement;

        HashSet<Snapshot> Entered(bool yes) => statement.Condition switch
        {
            Condition.Flag => [.. current.Where(s => s.Variable(statement.Variable) == Held.Live == yes)],
            Condition.NotFlag => [.. current.Where(s => s.Variable(statement.Variable) == Held.Live != yes)],
            Condition.NotNull => [.. current.Where(s => s.Variable(statement.Variable) != Held.Nothing == yes)],
            _ => current,
        };
    }

    private Statement Loop(Place place, HashSet<Snapshot> current)
    {
        var form = (LoopForm)_random.Next(Chance(15) ? 6 : 5);
        var inner = place.Inner() with { CanBreak = true, CanContinue = true };
        var body = Block(inner, current, 4);
        if (form == LoopForm.Forever)
            body.Insert(_random.Next(body.Count + 1), new Statement(Op.If) { Blocks = { new() { new(Op.Break) } } });
        return new Statement(Op.Loop) { Form = (int)form, Blocks = { body } };
    }

    private Statement Switch(Place place, HashSet<Snapshot> current)
    {
        var statement = new Statement(Op.Switch) { HasLast = Chance(60) };
        for (var sections = 2 + _random.Next(2); sections > 0; sections--)
            statement.Blocks.Add(Block(place.Inner() with { CanBreak = true }, current, 2));
        return statement;
    }

    private Statement Try(Place place, HashSet<Snapshot> current) => Try(place, current, () => Block(place.Inner(), current, 4));

    private Statement Try(Place place, HashSet<Snapshot> current, Func<List<Statement>> body)
    {
        var statement = new Statement(Op.Try) { Form = _random.Next(2), Blocks = { body() } };
        if (Chance(75))
        {
            if (Chance(35))
                statement.Clauses.Add((Clause)(1 + _random.Next(4)));
            if (statement.Clauses.Count == 0 || Chance(50))
                statement.Clauses.Add(Clause.General);
            HashSet<Snapshot> thrown = [.. At(place).Run(statement.Blocks[0], current).Thrown];
            foreach (var _ in statement.Clauses)
                statement.Blocks.Add(thrown.Count == 0 ? [] : Handler(place.Inner() with { InCatch = true }, thrown));
        }

        if (statement.Clauses.Count == 0 || Chance(30))
        {
            var ways = At(place).Run(statement, current);
            HashSet<Snapshot> left = [.. ways.Exits.SelectMany(exit => ways[exit])];
            statement.HasLast = true;
            statement.Blocks.Add(Handler(place.Inner() with { CanBreak = false, CanContinue = false, CanReturn = false, InCatch = false }, left));
        }

        return statement;
    }

    /// <summary>A handler or finalizer: often it ends what lives.</summary>
    private List<Statement> Handler(Place place, HashSet<Snapshot> entry)
    {
        var block = Chance(50) ? [] : Block(place, entry, 2);
        var current = At(place).Run(block, entry).Next;
        foreach (var transaction in place.Transactions.Where(v => current.Any(s => s.Variable(v) == Held.Live)))
        {
            var end = End(transaction, current);
            if (Chance(70) && Tried(place, current, [end]) is var (_, after))
            {
                block.Add(end);
                current = after;
            }
        }

        if (current.Count > 0 && Chance(20))
            block.Add(Call());
        if (current.Count > 0 && place.InCatch && Chance(40))
            block.Add(new Statement(Op.Rethrow));
        return block;
    }

    private Statement? UsingTransaction(Place place, HashSet<Snapshot> current)
    {
        if (Begin(place) is not { Declares: true } begin || Tried(place, current, [begin]) is not var (_, begun))
            return null;
        var statement = new Statement(Op.UsingTransaction)
        {
            Connection = begin.Connection, Variable = begin.Variable, Function = begin.Function, Declares = true, Form = _random.Next(6), MayBeNull = Chance(10),
        };
        if (statement.MayBeNull)
            begun.UnionWith(current);
        var inner = place.Inner();
        inner.Transactions.Add(begin.Variable);
        statement.Blocks.Add(Block(inner, begun, 6));
        return statement;
    }

    private Statement UsingConnection(Place place, HashSet<Snapshot> current)
    {
        var inner = place.Inner() with { HasSecond = true };
        inner.Connections.Add(1);
        return new Statement(Op.UsingConnection) { Connection = 1, Form = _random.Next(2), Blocks = { Block(inner, [.. current.Select(s => s.With(1, Level.Idle))], 6) } };
    }

    private Statement UsingScope(Place place, HashSet<Snapshot> current)
    {
        var inner = place.Inner() with { InScope = true, Connections = [SmallProgram.InScope] };
        var entered = current.Select(s => s.With(SmallProgram.InScope, Level.Pinned).WithOwner(SmallProgram.InScope, place.Frame)).ToHashSet();
        return new Statement(Op.UsingScope) { Connection = SmallProgram.InScope, Blocks = { Block(inner, entered, 5) } };
    }

    private Statement Lambda(Place place, HashSet<Snapshot> current) => new(Op.Lambda) { Form = _random.Next(2), Blocks = { Block(place.Body(), current, 3) } };

    private Statement LocalFunction(Place place, HashSet<Snapshot> current)
    {
        var function = new Statement(Op.LocalFunction) { Function = _functions++, Blocks = { Block(place.Body(), current, 3) } };
        return _program.LocalFunctions[function.Function] = function;
    }

    /// <summary>A local function that is there already, once more.</summary>
    private List<Statement> Again(Place place) => [new Statement(Op.Invoke) { Function = OneOf(place.LocalFunctions) }];

    private Statement? InvokeMethod(Place place, HashSet<Snapshot> current)
    {
        var kind = (MethodKind)_random.Next(3);
        var connection = kind == MethodKind.OnConnection ? OneOf(place.Connections) : Statement.None;
        var transactions = place.Transactions.Where(v => current.All(s => s.Variable(v) == Held.Live)).ToList();
        var transaction = kind == MethodKind.OnTransaction ? OneOf(transactions) : Statement.None;
        if ((kind == MethodKind.OnConnection && connection is Statement.None or SmallProgram.InScope) || (kind == MethodKind.OnTransaction && transaction == Statement.None))
            return null;

        var own = kind == MethodKind.OnTransaction ? _program.Variables[transaction] : connection;
        var known = _program.Methods.Where(m => m.Kind == kind && m.Connection == own && m.Body.Count > 0).ToList();
        if (known.Count > 0 && Chance(40))
            return new Statement(Op.Invoke) { Function = known[_random.Next(known.Count)].Function, Connection = connection, Other = transaction };

        var inner = new Place { Depth = place.Depth + 1, Frame = place.Frame + 1, InScope = true };
        var entry = current;
        var parameter = Statement.None;
        if (kind == MethodKind.OnConnection)
            inner.Connections.Add(connection);
        if (kind == MethodKind.OnTransaction)
        {
            parameter = Variable(own);
            if (parameter == Statement.None)
                return null;
            inner.Transactions.Add(parameter);
            entry = [.. current.Select(s => s.WithVariable(parameter, Held.Live))];
        }

        var body = Block(inner, entry, 3);
        return body.Count == 0 ? null : new Statement(Op.Invoke) { Function = Add(kind, own, parameter, body), Connection = connection, Other = transaction };
    }
}
