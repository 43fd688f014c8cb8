namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>The statements of the small language that the random programs are made of.</summary>
internal enum Op
{
    /// <summary><c>var tx = await conn.BeginTransactionAsync();</c>, or an assignment to a variable that is there already.</summary>
    Begin,

    /// <summary><c>NpgsqlTransaction? tx = null;</c></summary>
    NoTransaction,

    /// <summary><c>var other = tx;</c></summary>
    Alias,
    Commit,
    Rollback,
    Dispose,
    Savepoint,

    /// <summary>A transaction in one of the forms of <c>using</c>, around its block.</summary>
    UsingTransaction,

    /// <summary>A connection that is opened for its block.</summary>
    UsingConnection,

    /// <summary>A <c>TransactionScope</c> and a connection inside it, around its block.</summary>
    UsingScope,
    Command,

    /// <summary><c>SET LOCAL idle_in_transaction_session_timeout = 0</c>: from here on the transaction is long on purpose.</summary>
    SetLocal,
    SqlBegin,
    SqlCommit,
    SqlRollback,
    Close,
    Open,

    /// <summary>An external call, awaited or synchronous.</summary>
    Call,

    /// <summary>An external call that nobody waits for.</summary>
    Fire,
    Delay,
    StartCall,
    StartDelay,
    AwaitTask,

    /// <summary><c>await Task.WhenAll(first, second);</c></summary>
    AwaitBoth,

    /// <summary><c>var flag = Maybe();</c></summary>
    Flag,
    If,
    Loop,
    Switch,
    Try,
    Return,
    Throw,
    Rethrow,
    Break,
    Continue,

    /// <summary><c>await RunAsync(async () => { … });</c></summary>
    Lambda,

    /// <summary>A local function, declared and called once.</summary>
    LocalFunction,

    /// <summary>A further call of a local function, or a call of a private method.</summary>
    Invoke,
}

/// <summary>What the condition of an <c>if</c> asks.</summary>
internal enum Condition
{
    /// <summary>Something of which nobody knows the answer, each time anew.</summary>
    Maybe,
    Flag,
    NotFlag,

    /// <summary>The transaction in a variable is not null.</summary>
    NotNull,

    /// <summary>Whether an external call has succeeded.</summary>
    Call,
}

internal enum LoopForm
{
    While,
    DoWhile,

    /// <summary><c>while (true)</c>: only a jump leaves it.</summary>
    Forever,
    For,
    ForEach,

    /// <summary>An external call in the condition.</summary>
    WhileCall,
}

internal enum Clause
{
    /// <summary><c>catch</c>, and <c>catch (Exception)</c>.</summary>
    General,

    /// <summary><c>catch (Exception) when (Maybe())</c></summary>
    Filtered,

    /// <summary><c>catch (NpgsqlException)</c></summary>
    Database,

    /// <summary><c>catch (NpgsqlException e) when (e.IsTransient)</c></summary>
    DatabaseFiltered,

    /// <summary><c>catch (HttpRequestException)</c></summary>
    Http,
}

/// <summary>
/// One statement with the blocks inside it: a tree that is as easy to run as to cut down. Variables, connections and functions are numbers.
/// </summary>
internal sealed class Statement(Op op)
{
    public const int None = -1;

    public Op Op { get; } = op;

    /// <summary>The transaction, task or flag that it is about.</summary>
    public int Variable { get; set; } = None;

    /// <summary>A second one: the source of an alias, the other task, the transaction that is passed to a method.</summary>
    public int Other { get; set; } = None;

    public int Connection { get; set; } = None;

    /// <summary>The local function or method that it declares or calls.</summary>
    public int Function { get; set; } = None;

    /// <summary>The spelling; all spellings of an operation mean the same. Of loops, what kind.</summary>
    public int Form { get; set; }

    public Condition Condition { get; set; }

    /// <summary>It declares its variable, and does not only assign it.</summary>
    public bool Declares { get; set; }

    /// <summary>Of a begin with <c>using</c>: only under a condition, else null. Of an end: the variable may be null.</summary>
    public bool MayBeNull { get; set; }

    /// <summary>The last block is a <c>finally</c>, or the <c>default</c> of a switch.</summary>
    public bool HasLast { get; set; }

    public List<Clause> Clauses { get; private init; } = [];

    public List<List<Statement>> Blocks { get; private init; } = [];

    /// <summary>Where it stands in the text, from one on: the writer says so.</summary>
    public int Line { get; set; }

    public Statement Copy() => new(Op)
    {
        Variable = Variable, Other = Other, Connection = Connection, Function = Function, Form = Form, Condition = Condition,
        Declares = Declares, MayBeNull = MayBeNull, HasLast = HasLast, Clauses = [.. Clauses], Blocks = [.. Blocks.Select(Copy)],
    };

    public static List<Statement> Copy(List<Statement> block) => [.. block.Select(statement => statement.Copy())];

    public static IEnumerable<Statement> All(IEnumerable<Statement> block) =>
        block.SelectMany(statement => All(statement.Blocks.SelectMany(inner => inner)).Prepend(statement));

    public static IEnumerable<List<Statement>> BlocksOf(List<Statement> block) =>
        block.SelectMany(statement => statement.Blocks.SelectMany(BlocksOf)).Prepend(block);
}

/// <summary>What a private method is given.</summary>
internal enum MethodKind
{
    /// <summary>Nothing of the database.</summary>
    Plain,

    /// <summary>The connection.</summary>
    OnConnection,

    /// <summary>The transaction: it reports its own calls, and its callers are quiet for them.</summary>
    OnTransaction,

    /// <summary>The connection: it begins the transaction and returns it.</summary>
    Begins,
}

/// <param name="Variable">The transaction that the method is given, or begins.</param>
internal sealed record Method(int Function, MethodKind Kind, int Connection, int Variable, List<Statement> Body);

/// <summary>A method that is looked at, and the private methods that it calls.</summary>
internal sealed class SmallProgram
{
    /// <summary>Connections 0 and 1 are open parameters; 1 may be opened by the program instead, and 2 is that of the scope.</summary>
    public const int Connections = 3;

    public const int InScope = 2;

    public List<Statement> Body { get; set; } = [];

    public List<Method> Methods { get; private init; } = [];

    /// <summary>By the number of a variable, the connection of its transaction; <see cref="Statement.None"/> for a task or flag.</summary>
    public List<int> Variables { get; private init; } = [];

    public bool OpensSecond { get; set; }

    /// <summary>By its number, where a local function is declared.</summary>
    public Dictionary<int, Statement> LocalFunctions { get; } = [];

    public SmallProgram Copy()
    {
        var copy = new SmallProgram
        {
            Body = Statement.Copy(Body), Methods = [.. Methods.Select(method => method with { Body = Statement.Copy(method.Body) })], Variables = [.. Variables], OpensSecond = OpensSecond,
        };
        foreach (var function in copy.Statements.Where(s => s.Op == Op.LocalFunction))
            copy.LocalFunctions[function.Function] = function;
        return copy;
    }

    public IEnumerable<Statement> Statements => Statement.All(Body).Concat(Methods.SelectMany(method => Statement.All(method.Body)));

    public IEnumerable<List<Statement>> Blocks => Statement.BlocksOf(Body).Concat(Methods.SelectMany(method => Statement.BlocksOf(method.Body)));
}
