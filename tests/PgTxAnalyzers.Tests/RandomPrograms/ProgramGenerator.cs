namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>
/// Makes a random program. The generator walks along with the interpreter: what it proposes is tried in the snapshots that come there, and dropped where nobody would say
/// what it does. So it needs no rules of its own about what may come after what. Equal seeds give equal programs.
/// </summary>
internal sealed partial class ProgramGenerator
{
    private const int MaxDepth = 3;
    private const int MaxStatements = 16;
    private const int Attempts = 8;

    /// <summary>The engine follows 160 states per block: the programs stay far below.</summary>
    private const int MaxSnapshots = 40;

    private readonly Random _random;
    private readonly SmallProgram _program = new();
    private int _budget;
    private int _functions;

    private ProgramGenerator(Random random) => _random = random;

    public static SmallProgram Of(int seed)
    {
        for (var random = new Random(seed); ;)
        {
            var program = new ProgramGenerator(random).Whole();
            ProgramWriter.Write(program, "Try");
            if (program.Statements.Any(s => s.Op is Op.Call or Op.Delay or Op.AwaitTask or Op.AwaitBoth) && Interpreter.Expected(program) is not null)
                return program;
        }
    }

    private SmallProgram Whole()
    {
        _budget = 4 + _random.Next(MaxStatements);
        var place = new Place { Connections = [0] };
        if (Chance(20))
            _program.OpensSecond = true;
        else if (Chance(20))
            place.Connections.Add(1);
        _program.Body = Block(place, [Interpreter.Entry(_program)], 8);
        return _program;
    }

    /// <summary>What is in scope where a statement may stand.</summary>
    private sealed record Place
    {
        public List<int> Connections { get; init; } = [];

        public List<int> Transactions { get; init; } = [];

        /// <summary>Those that may be given another value: not the variable of a <c>using</c>.</summary>
        public List<int> Assignable { get; init; } = [];

        public List<int> Calls { get; init; } = [];

        public List<int> Delays { get; init; } = [];

        public List<int> Flags { get; init; } = [];

        public List<int> LocalFunctions { get; init; } = [];

        public int Depth { get; init; }

        /// <summary>Bodies around bodies.</summary>
        public int Frame { get; init; }

        public bool CanBreak { get; init; }

        public bool CanContinue { get; init; }

        public bool CanReturn { get; init; } = true;

        public bool InCatch { get; init; }

        public bool InScope { get; init; }

        /// <summary>The second connection is declared around it, open or closed.</summary>
        public bool HasSecond { get; init; }

        /// <summary>A block inside: what it declares is not seen outside.</summary>
        public Place Inner() => this with
        {
            Depth = Depth + 1, Connections = [.. Connections], Transactions = [.. Transactions], Assignable = [.. Assignable], Calls = [.. Calls], Delays = [.. Delays], Flags = [.. Flags],
            LocalFunctions = [.. LocalFunctions],
        };

        /// <summary>A body inside: jumps do not leave it.</summary>
        public Place Body() => Inner() with { Frame = Frame + 1, CanBreak = false, CanContinue = false, CanReturn = true, InCatch = false };
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private int OneOf(List<int> numbers) => numbers.Count == 0 ? Statement.None : numbers[_random.Next(numbers.Count)];

    /// <summary>A new variable; none where there are too many.</summary>
    private int Variable(int connection = Statement.None)
    {
        if (_program.Variables.Count == Snapshot.MaxVariables)
            return Statement.None;
        _program.Variables.Add(connection);
        return _program.Variables.Count - 1;
    }

    private Interpreter At(Place place) => new(_program) { Depth = place.Frame };

    /// <summary>Statements for the snapshots that come here, up to a number of them.</summary>
    private List<Statement> Block(Place place, HashSet<Snapshot> entry, int most)
    {
        var block = new List<Statement>();
        var current = entry;
        for (var count = 1 + _random.Next(most); count > 0 && _budget > 0 && current.Count > 0; count--)
        {
            if (Next(place, current) is not var (statements, after))
                break;
            foreach (var statement in statements)
                Declare(statement, place);
            block.AddRange(statements);
            current = after;
        }

        // Most transactions come to an end.
        foreach (var transaction in block.Where(s => s is { Op: Op.Begin, Declares: true }).Select(s => s.Variable).ToList())
        {
            if (current.Count > 0 && Chance(60) && current.Any(s => s.Variable(transaction) == Held.Live)
                && Tried(place, current, [End(transaction, current)]) is var (end, after))
            {
                block.AddRange(end);
                current = after;
            }
        }

        return block;
    }

    private static void Declare(Statement statement, Place place)
    {
        if (statement.Op == Op.LocalFunction)
            place.LocalFunctions.Add(statement.Function);
        if (!statement.Declares)
            return;
        if (statement.Op is Op.Begin or Op.NoTransaction or Op.Alias)
            place.Assignable.Add(statement.Variable);
        (statement.Op switch
        {
            Op.Begin or Op.NoTransaction or Op.Alias => place.Transactions,
            Op.StartCall => place.Calls,
            Op.StartDelay => place.Delays,
            Op.Flag => place.Flags,
            _ => [],
        }).Add(statement.Variable);
    }

    /// <summary>The next statements that somebody can say the outcome of.</summary>
    private (List<Statement> Statements, HashSet<Snapshot> After)? Next(Place place, HashSet<Snapshot> current)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (variables, methods, budget) = (_program.Variables.Count, _program.Methods.Count, _budget);
            _budget--;
            if (Propose(place, current) is { } proposed && Tried(place, current, proposed) is { } next)
                return next;
            _program.Variables.RemoveRange(variables, _program.Variables.Count - variables);
            _program.Methods.RemoveRange(methods, _program.Methods.Count - methods);
            _budget = budget;
        }

        return null;
    }

    private (List<Statement> Statements, HashSet<Snapshot> After)? Tried(Place place, HashSet<Snapshot> current, List<Statement> statements)
    {
        var interpreter = At(place);
        var after = interpreter.Run(statements, current).Next;
        return interpreter.Undefined is null && after.Count <= MaxSnapshots ? (statements, after) : null;
    }
}
