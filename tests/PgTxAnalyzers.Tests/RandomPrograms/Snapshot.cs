namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>How far the transaction of a connection is.</summary>
internal enum Level
{
    Closed,
    Idle,

    /// <summary>Begun; the server knows nothing of it.</summary>
    Pinned,

    /// <summary>A command has run in it.</summary>
    Open,

    /// <summary>Begun by SQL text, which is a command itself.</summary>
    OpenByText,

    /// <summary>Open, and long on purpose.</summary>
    Intended,

    /// <summary>Begun by SQL text, and long on purpose.</summary>
    IntendedByText,
}

/// <summary>What a variable holds.</summary>
internal enum Held
{
    /// <summary>null, false, or no task yet.</summary>
    Nothing,

    /// <summary>A transaction that lives; true; a task that runs.</summary>
    Live,

    /// <summary>A transaction that has been ended; a task that has been waited for.</summary>
    Over,
}

/// <summary>Everything that a program can know at one point of one execution: 32 slots of four bits. Equal snapshots are one.</summary>
internal readonly record struct Snapshot(UInt128 Bits)
{
    private const int FirstOwner = SmallProgram.Connections;
    private const int FirstVariable = 2 * SmallProgram.Connections;

    public const int MaxVariables = 32 - FirstVariable;

    public Level Level(int connection) => (Level)Slot(connection);

    public Snapshot With(int connection, Level level) => With(connection, (int)level);

    /// <summary>The depth of the frame to which the transaction of the connection belongs.</summary>
    public int Owner(int connection) => Slot(FirstOwner + connection);

    public Snapshot WithOwner(int connection, int frame) => With(FirstOwner + connection, frame);

    public Held Variable(int variable) => (Held)Slot(FirstVariable + variable);

    public Snapshot WithVariable(int variable, Held value) => With(FirstVariable + variable, (int)value);

    public bool Lives(int connection) => Level(connection) >= RandomPrograms.Level.Pinned;

    private int Slot(int slot) => (int)(Bits >> (4 * slot)) & 15;

    private Snapshot With(int slot, int value) => new((Bits & ~((UInt128)15 << (4 * slot))) | ((UInt128)value << (4 * slot)));
}

/// <summary>The ways out of a statement. The last four are exceptions, by what the handlers can tell of them.</summary>
internal enum Exit
{
    Next,
    Break,
    Continue,
    Return,
    Database,
    Http,
    Other,

    /// <summary>Of a wait: which exception that is, nobody says.</summary>
    Any,
}

/// <summary>In which snapshots a statement is left, by which way.</summary>
internal sealed class Ways
{
    public const int Count = (int)Exit.Any + 1;

    private readonly HashSet<Snapshot>[] _sets = [.. Enumerable.Range(0, Count).Select(_ => new HashSet<Snapshot>())];

    public HashSet<Snapshot> this[Exit exit]
    {
        get => _sets[(int)exit];
        set => _sets[(int)exit] = value;
    }

    public HashSet<Snapshot> Next
    {
        get => this[Exit.Next];
        set => this[Exit.Next] = value;
    }

    public IEnumerable<Exit> Exits => Enum.GetValues<Exit>().Where(exit => this[exit].Count > 0);

    public IEnumerable<Snapshot> Thrown => Exits.Where(IsException).SelectMany(exit => this[exit]);

    public static bool IsException(Exit exit) => exit >= Exit.Database;

    public void Add(Ways other)
    {
        foreach (var exit in other.Exits)
            this[exit].UnionWith(other[exit]);
    }
}
