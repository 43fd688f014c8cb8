namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>What is proposed, and how often.</summary>
internal sealed partial class ProgramGenerator
{
    private List<Statement>? Propose(Place place, HashSet<Snapshot> current)
    {
        var lives = Enumerable.Range(0, SmallProgram.Connections).Any(c => current.Any(s => s.Lives(c)));
        var isDeep = place.Depth >= MaxDepth || _budget < 2;
        (int Weight, Func<List<Statement>?> Make)[] proposals =
        [
            (lives ? 10 : 4, () => [Call()]),
            (2, () => [new Statement(Op.Delay) { Form = _random.Next(2) }]),
            (1, () => [new Statement(Op.Fire) { Form = _random.Next(2) }]),
            (lives ? 9 : 2, () => Command(Op.Command, place)),
            (lives ? 2 : 7, () => One(Begin(place))),
            (lives ? 1 : 7, () => isDeep ? null : One(UsingTransaction(place, current))),
            (lives ? 1 : 4, () => isDeep ? null : Guarded(place, current)),
            (lives ? 1 : 3, () => Conditional(place)),
            (6, () => place.Transactions.Count == 0 ? null : [End(OneOf(place.Transactions), current)]),
            (1, () => place.Transactions.Count == 0 ? null : [new Statement(Op.Savepoint) { Variable = OneOf(place.Transactions) }]),
            (1, () => Alias(place)),
            (1, () => lives ? Command(Op.SetLocal, place) : null),
            (2, () => Command(lives ? Chance(70) ? Op.SqlCommit : Op.SqlRollback : Op.SqlBegin, place)),
            (1, () => Command(Chance(60) ? Op.Close : Op.Open, place)),
            (2, () => Start(place)),
            (lives ? 5 : 2, () => Await(place)),
            (1, () => One(Declaring(Op.Flag, Variable()))),
            (1, () => place.Depth > 0 && place.CanReturn ? [new Statement(Op.Return)] : null),
            (1, () => place.Depth > 0 ? [new Statement(Op.Throw)] : null),
            (2, () => place.InCatch ? [new Statement(Op.Rethrow)] : null),
            (2, () => place.CanBreak ? [new Statement(Op.Break)] : null),
            (1, () => place.CanContinue ? [new Statement(Op.Continue)] : null),
            (6, () => isDeep ? null : [If(place, current)]),
            (4, () => isDeep ? null : [Loop(place, current)]),
            (2, () => isDeep ? null : [Switch(place, current)]),
            (6, () => isDeep ? null : [Try(place, current)]),
            (_program.OpensSecond ? 4 : 0, () => isDeep || place.HasSecond || place.Connections.Contains(1) ? null : [UsingConnection(place, current)]),
            (1, () => isDeep || place.InScope ? null : [UsingScope(place, current)]),
            (2, () => isDeep ? null : [Lambda(place, current)]),
            (2, () => isDeep ? null : [LocalFunction(place, current)]),
            (2, () => place.LocalFunctions.Count == 0 ? null : Again(place)),
            (4, () => place.Frame > 1 ? null : One(InvokeMethod(place, current))),
        ];

        var dice = _random.Next(proposals.Sum(p => p.Weight));
        return proposals.First(p => (dice -= p.Weight) < 0).Make();
    }

    private static List<Statement>? One(Statement? statement) => statement is null ? null : [statement];

    private static Statement? Declaring(Op op, int variable) => variable == Statement.None ? null : new Statement(op) { Variable = variable, Declares = true };

    private Statement Call() => new(Op.Call) { Form = Chance(50) ? 0 : _random.Next(Spelling.Calls) };

    private List<Statement>? Command(Op op, Place place) =>
        place.Connections.Count == 0 ? null : [new Statement(op) { Connection = OneOf(place.Connections), Form = _random.Next(Spelling.Commands) }];

    private Statement? Begin(Place place)
    {
        var connection = OneOf(place.Connections);
        var again = place.Assignable.Where(v => _program.Variables[v] == connection).ToList();
        var isNew = again.Count == 0 || Chance(60);
        var variable = isNew ? Variable(connection) : OneOf(again);
        if (connection == Statement.None || connection == SmallProgram.InScope || variable == Statement.None)
            return null;
        var begin = new Statement(Op.Begin) { Connection = connection, Variable = variable, Declares = isNew, Form = Chance(60) ? 0 : _random.Next(4) };
        if (Chance(15) && place.Frame == 0)
            begin.Function = BeginMethod(connection);
        return begin;
    }

    /// <summary>A method that begins on the connection and returns the transaction, perhaps after more.</summary>
    private int BeginMethod(int connection)
    {
        var variable = Variable(connection);
        if (variable == Statement.None)
            return Statement.None;
        var place = new Place { Connections = [connection], Transactions = [variable], Depth = 2, Frame = 1, CanReturn = false };
        var begun = new Snapshot().With(connection, Level.Pinned).WithOwner(connection, 1).WithVariable(variable, Held.Live);
        return Add(MethodKind.Begins, connection, variable, Chance(50) ? [] : Block(place, [begun], 2));
    }

    private Statement End(int transaction, HashSet<Snapshot> current)
    {
        var op = Chance(60) ? Op.Commit : Chance(50) ? Op.Rollback : Op.Dispose;
        return new(op) { Variable = transaction, Form = Chance(70) ? 0 : _random.Next(3), MayBeNull = current.Any(s => s.Variable(transaction) == Held.Nothing) || Chance(5) };
    }

    private List<Statement>? Alias(Place place)
    {
        var source = OneOf(place.Transactions);
        if (source == Statement.None || Declaring(Op.Alias, Variable(_program.Variables[source])) is not { } alias)
            return null;
        alias.Other = source;
        return [alias];
    }

    private List<Statement>? Start(Place place)
    {
        var isDelay = Chance(25);
        var known = isDelay ? place.Delays : place.Calls;
        var isNew = known.Count == 0 || Chance(70);
        var variable = isNew ? Variable() : OneOf(known);
        return variable == Statement.None ? null : [new Statement(isDelay ? Op.StartDelay : Op.StartCall) { Variable = variable, Declares = isNew }];
    }

    private List<Statement>? Await(Place place)
    {
        if (place.Calls.Count > 1 && Chance(40))
        {
            var both = new Statement(Op.AwaitBoth) { Variable = OneOf(place.Calls), Other = OneOf(place.Calls) };
            return both.Variable == both.Other ? null : [both];
        }

        var isDelay = place.Delays.Count > 0 && Chance(30);
        var task = OneOf(isDelay ? place.Delays : place.Calls);
        return task == Statement.None ? null : [new Statement(Op.AwaitTask) { Variable = task, Form = isDelay ? 1 : 0 }];
    }

    /// <summary>A transaction that is begun only sometimes: under a flag, or with null as the other case.</summary>
    private List<Statement>? Conditional(Place place)
    {
        var connection = OneOf(place.Connections);
        if (connection is Statement.None or SmallProgram.InScope || Declaring(Op.NoTransaction, Variable(connection)) is not { } none)
            return null;
        var begin = new Statement(Op.Begin) { Connection = connection, Variable = none.Variable };
        List<Statement> body = Chance(50) ? [begin] : [begin, .. Command(Op.Command, new Place { Connections = [connection] })!];
        var condition = new Statement(Op.If) { Blocks = { body } };
        if (Chance(60) && Declaring(Op.Flag, Variable()) is { } flag)
        {
            condition.Condition = Condition.Flag;
            condition.Variable = flag.Variable;
            return [flag, none, condition];
        }

        return [none, condition];
    }

    /// <summary>Begin, then a try that commits, with a handler that rolls back or a finally that disposes.</summary>
    private List<Statement>? Guarded(Place place, HashSet<Snapshot> current)
    {
        if (Begin(place) is not { Declares: true } begin || Tried(place, current, [begin]) is not var (_, begun))
            return null;
        var inner = place.Inner();
        inner.Transactions.Add(begin.Variable);
        var guarded = Try(inner, begun, () =>
        {
            var body = Block(inner.Inner(), begun, 4);
            if (At(inner).Run(body, begun).Next is { Count: > 0 } after && after.All(s => s.Variable(begin.Variable) == Held.Live))
                body.Add(new Statement(Op.Commit) { Variable = begin.Variable });
            return body;
        });
        return [begin, guarded];
    }

    private int Add(MethodKind kind, int connection, int variable, List<Statement> body)
    {
        _program.Methods.Add(new Method(_functions, kind, connection, variable, body));
        return _functions++;
    }
}
