using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>Work that grows with a table or a file: commands of every row, and commands for each row.</summary>
internal sealed partial class CallEvaluator
{
    private static readonly Resource EveryElement = new(ResourceKind.Elements) { IsUnbounded = true };

    /// <summary>The call runs in these transactions: does anybody bound its work, and how often it runs?</summary>
    private void NoteUnbounded(BodyRun run, CallSite call, ApiRole role, Value subject, State before, ImmutableArray<Region> regions)
    {
        foreach (var region in regions)
        {
            if (region.Intended || region.OutOfSight)
            {
                continue;
            }

            var said = new Reach(SinkKind.None, false, ImmutableArray.Create(new Step(Names.Of(call.Method), call.Operation.Syntax))) { Says = ReachKind.Unbounded };
            if (IsOfEveryRow(call, role, subject, before))
            {
                run.Hold(said, call.Operation.Syntax, new[] { region });
            }

            // A loop that has begun before the transaction has one transaction for each round.
            if (before.Regions.SkipWhile(r => !r.Id.Equals(region.Id)).FirstOrDefault(r => r.Resource is { IsUnbounded: true, IsDrained: false }) is { } loop)
            {
                run.Hold(said, call.Operation.Syntax, new[] { region, loop });
            }
        }
    }

    private bool IsOfEveryRow(CallSite call, ApiRole role, Value subject, State state) => role switch
    {
        ApiRole.Command => Statements(call, subject, state).Any(s => s is { IsWholeTable: true, Kind: SqlKind.Update or SqlKind.Delete }),
        ApiRole.Save => call.Method.Name is "ExecuteDelete" or "ExecuteDeleteAsync" or "ExecuteUpdate" or "ExecuteUpdateAsync" && IsTable(call),
        _ => false,
    };

    /// <summary>The text of the command is one SELECT of a whole table.</summary>
    private bool IsWholeTable(CallSite call, Value subject, State state) =>
        Statements(call, subject, state) is { Length: 1 } statements && statements[0] is { IsWholeTable: true, Kind: SqlKind.Select };

    private ImmutableArray<SqlStatement> Statements(CallSite call, Value subject, State state)
    {
        var text = subject is Value.Instance command
            ? state.Find(new Place.Slot(command.Identity, SlotKind.CommandText)) as Value.Text
            : call.Values.OfType<Value.Text>().FirstOrDefault();
        return text is null ? ImmutableArray<SqlStatement>.Empty : context.Sql(text.Content).Statements;
    }

    /// <summary>A <c>DbSet</c> itself, without an operator that could bound it.</summary>
    private static bool IsTable(CallSite call) =>
        (call.ReceiverType ?? ExtendedType(call)) is INamedTypeSymbol { Name: "DbSet", ContainingNamespace: { Name: "EntityFrameworkCore", ContainingNamespace.Name: "Microsoft" } };

    private static bool IsTableToList(CallSite call) => call.Method.Name is "ToListAsync" or "ToArrayAsync" && IsTable(call);
}
