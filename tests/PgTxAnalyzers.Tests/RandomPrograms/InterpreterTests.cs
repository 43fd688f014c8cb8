namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>What the interpreter says of programs whose outcome anybody can work out by hand: it is what the engine is held against.</summary>
public class InterpreterTests
{
    private static readonly Dictionary<string, (Statement[] Body, string Expected)> Programs = new()
    {
        ["a call before, between, inside and after"] = (
            [Call(), Begin(0), Call(), Command(), Call(), Commit(0), Call()],
            "3 PGTX103, 5 PGTX101"),
        ["a begin that is refused"] = ([Begin(0), Begin(1), Call()], "2 PGTX703"),
        ["a wait holds what is only pinned"] = ([Begin(0), Delay(), Commit(0), Delay()], "2 PGTX102"),
        ["one way opens it"] = ([Begin(0), If(Condition.Maybe, Command()), Call()], "6 PGTX101"),
        ["one way ends it"] = ([Begin(0), Command(), If(Condition.Maybe, Commit(0)), Call()], "7 PGTX101"),
        ["the same flag twice"] = (
            [new(Op.NoTransaction) { Variable = 0, Declares = true }, Flag(2), If(Condition.Flag, Assign(0), Command()), If(Condition.Flag, Commit(0)), Call()],
            ""),
        ["a handler runs before or after what the command does"] = ([Begin(0), Try(Clause.General, [Command()], [Call()])], "8 PGTX101"),
        ["the other world's handler is not entered"] = ([Begin(0), Try(Clause.Http, [Command()], [Call()])], ""),
        ["a commit that fails has ended it"] = ([Begin(0), Command(), Try(Clause.General, [Commit(0)], [Call()])], ""),
        ["a finally block runs on every way"] = ([Begin(0), Finally([Command(), Commit(0)], [Call()])], "9 PGTX101"),
        ["what the next turn finds"] = ([Begin(0), new(Op.Loop) { Blocks = { new() { Call(), Command() } } }], "4 PGTX101"),
        ["a task that is awaited later"] = (
            [new(Op.StartCall) { Variable = 2, Declares = true }, Begin(0), Command(), new(Op.AwaitTask) { Variable = 2 }, Commit(0)],
            "4 PGTX101"),
        ["long on purpose"] = ([Begin(0), new(Op.SetLocal) { Connection = 0 }, Call(), Delay()], ""),
        ["long on purpose, begun and ended by text"] = (
            [Text(Op.SqlBegin), Call(), Text(Op.SetLocal), Call(), Delay(), Text(Op.SqlCommit), Text(Op.SetLocal), Begin(0), Command(), Call()],
            "2 PGTX101, 10 PGTX101"),
        ["a lambda says it where it stands"] = ([Begin(0), new(Op.Lambda) { Blocks = { new() { Call() } } }], "4 PGTX103"),
        ["a local function says it where it is called"] = ([Begin(0), new(Op.LocalFunction) { Function = 0, Blocks = { new() { Call() } } }], "6 PGTX103"),
    };

    public static TheoryData<string> Names => [.. Programs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_does_what_its_text_says(string name)
    {
        var program = new SmallProgram { Body = [.. Programs[name].Body.Select(statement => statement.Copy())], Variables = { 0, 0, Statement.None } };
        var text = ProgramWriter.Write(program, "P");
        var first = program.Body[0].Line - 1;
        Assert.Equal(
            Programs[name].Expected,
            string.Join(", ", Interpreter.Expected(program)!.OrderBy(finding => finding.Line).Select(finding => $"{finding.Line - first} {finding.Id}")) is var found ? found : text);
    }

    [Fact]
    public void Nobody_says_what_comes_of_a_commit_after_the_commit() =>
        Assert.Null(Interpreter.Expected(new SmallProgram { Body = [Begin(0), Commit(0), Commit(0)], Variables = { 0 } }));

    [Fact]
    public void Equal_seeds_give_equal_programs() =>
        Assert.Equal(ProgramWriter.Write(ProgramGenerator.Of(17), "P"), ProgramWriter.Write(ProgramGenerator.Of(17), "P"));

    [Fact]
    public async Task A_failing_program_is_cut_down_to_what_fails()
    {
        var program = new SmallProgram { Body = [Call(), Begin(0), If(Condition.Maybe, Call(), Command()), Finally([Delay(), Command()], [Call()])], Variables = { 0 } };
        var small = await ProgramShrinker.Shrink(program, candidates => Task.FromResult(candidates.FirstOrDefault(candidate => candidate.Statements.Any(s => s.Op == Op.Delay))));
        Assert.Equal(Op.Delay, Assert.Single(small.Body).Op);
    }

    private static Statement Call() => new(Op.Call);

    private static Statement Delay() => new(Op.Delay);

    private static Statement Command() => new(Op.Command) { Connection = 0 };

    private static Statement Text(Op op) => new(op) { Connection = 0 };

    private static Statement Begin(int variable) => new(Op.Begin) { Connection = 0, Variable = variable, Declares = true };

    private static Statement Assign(int variable) => new(Op.Begin) { Connection = 0, Variable = variable };

    private static Statement Commit(int variable) => new(Op.Commit) { Variable = variable, MayBeNull = false };

    private static Statement Flag(int variable) => new(Op.Flag) { Variable = variable, Declares = true };

    private static Statement If(Condition condition, params Statement[] then) => new(Op.If) { Condition = condition, Variable = condition == Condition.Flag ? 2 : Statement.None, Blocks = { then.ToList() } };

    private static Statement Try(Clause clause, List<Statement> body, List<Statement> handler) => new(Op.Try) { Clauses = { clause }, Blocks = { body, handler } };

    private static Statement Finally(List<Statement> body, List<Statement> last) => new(Op.Try) { HasLast = true, Blocks = { body, last } };
}
