namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>Makes a failing program small: statements, blocks and clauses are taken out for as long as it fails in the same way.</summary>
internal static class ProgramShrinker
{
    private const int MaxRounds = 60;

    /// <param name="program">One that fails.</param>
    /// <param name="fails">Whether one of these still fails, and which; programs that do not compile, or of which nobody says what they do, do not.</param>
    public static async Task<SmallProgram> Shrink(SmallProgram program, Func<IReadOnlyList<SmallProgram>, Task<SmallProgram?>> fails)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            // The boldest cuts first.
            var candidates = Cuts(program).OrderBy(Size).ToList();
            if (await fails(candidates) is not { } smaller)
                break;
            program = smaller;
        }

        return program;
    }

    private static int Size(SmallProgram program) =>
        program.Methods.Count + program.Statements.Sum(s => 10 + s.Blocks.Count + s.Clauses.Count + Math.Min(s.Form, 1) + (s.HasLast ? 1 : 0) + (s.MayBeNull ? 1 : 0) + (s.Function == Statement.None ? 0 : 1));

    private static IEnumerable<SmallProgram> Cuts(SmallProgram program)
    {
        foreach (var (block, index) in program.Blocks.Select((block, index) => (block, index)))
        {
            for (var i = 0; i < block.Count; i++)
            {
                var (at, statement) = (i, block[i]);
                yield return Without(b => b.RemoveAt(at));
                if (i + 2 < block.Count)
                    yield return Without(b => b.RemoveRange(at, b.Count - at));
                for (var k = 0; k < statement.Blocks.Count; k++)
                {
                    var kept = k;
                    yield return Without(b => Replace(b, at, b[at].Blocks[kept]));
                    if (statement.Op is Op.If or Op.Switch && statement.Blocks.Count > 1)
                        yield return Without(b => RemoveBlock(b[at], kept));
                }

                for (var k = 0; k < statement.Clauses.Count; k++)
                {
                    var taken = k;
                    yield return Without(b => RemoveClause(b[at], taken));
                }

                if (statement is { Op: Op.Try, HasLast: true })
                    yield return Without(b => RemoveBlock(b[at], b[at].Blocks.Count - 1));
                if (statement.Form > 0 && statement.Op != Op.AwaitTask)
                    yield return Without(b => b[at].Form = 0);
                if (statement is { Op: Op.Begin or Op.UsingTransaction, Function: not Statement.None })
                    yield return Without(b => b[at].Function = Statement.None);
            }

            SmallProgram Without(Action<List<Statement>> change)
            {
                var copy = program.Copy();
                change(copy.Blocks.ElementAt(index));
                copy.Methods.RemoveAll(method => copy.Statements.All(s => s.Function != method.Function));
                return copy;
            }
        }
    }

    private static void Replace(List<Statement> block, int at, List<Statement> by)
    {
        block.RemoveAt(at);
        block.InsertRange(at, by);
    }

    private static void RemoveBlock(Statement statement, int block)
    {
        if (block == statement.Blocks.Count - 1)
            statement.HasLast = false;
        statement.Blocks.RemoveAt(block);
    }

    private static void RemoveClause(Statement statement, int clause)
    {
        statement.Clauses.RemoveAt(clause);
        statement.Blocks.RemoveAt(1 + clause);
    }
}
