using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// EF Core's compiled queries: <c>static readonly Func&lt;ShopContext, int, Task&lt;Order?&gt;&gt; Find = EF.CompileAsyncQuery((ShopContext db, int id) => …)</c>. Calling the delegate runs the
/// query on the context that it is given.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Null: the delegate is no compiled query, or is given no context that is known.</summary>
    private IReadOnlyList<Outcome>? Compiled(BodyRun run, CallSite call, State state)
    {
        if (call is not { Values: { Length: > 0 } values, Operation: IInvocationOperation { Instance: IFieldReferenceOperation { Field: { } field } } }
            || values[0] is not Value.Connection { IsContext: true } connection || context.FieldDelegates.CompiledQuery(field, cancellation) is not { } query)
        {
            return null;
        }

        if (call.Method.ReturnType is INamedTypeSymbol { Name: "IAsyncEnumerable" or "IEnumerable" })
        {
            // It is sent when somebody enumerates it.
            return BodyRun.Single(state, new Value.Rows(connection, new Resource(ResourceKind.Rows)));
        }

        var changes = query.DescendantNodes().OfType<SimpleNameSyntax>().Any(n => n.Identifier.ValueText is "ExecuteDelete" or "ExecuteUpdate");
        var used = ResourceOps.Used(run, connection, state);
        return Worked(run, call, ApiRole.Query, state, Statement(run, connection, changes ? Level.Locking : Level.Open, changes, call, used, changes ? ApiRole.Command : ApiRole.Query));
    }
}
