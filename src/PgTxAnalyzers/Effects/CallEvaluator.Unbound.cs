using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Calls that the compiler cannot bind: a reference is missing, or somebody is typing.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>
    /// <c>new UnitOfWork(transaction, await locks.LockAsync())</c> with a package that is not at hand: there is one constructor of so many parameters, and it is
    /// the one that is meant. Any other unbound call may do anything to a transaction that it is given.
    /// </summary>
    public IReadOnlyList<Outcome> Unbound(BodyRun run, IInvalidOperation operation, ImmutableArray<Value> values, State state)
    {
        if (operation.Syntax is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: var arguments } && arguments.Count == values.Length && arguments.All(a => a.NameColon is null)
            && (operation.Type ?? context.Bodies.Model(operation.Syntax.SyntaxTree).GetTypeInfo(operation.Syntax, cancellation).Type) is INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: false } type
            && type.InstanceConstructors.Where(c => c.Parameters.Length == values.Length).ToList() is { Count: 1 } candidates)
        {
            return Call(run, new CallSite(operation, candidates[0], Value.Nothing, null, ImmutableArray<IArgumentOperation>.Empty, values), state);
        }

        return BodyRun.Single(GivenAway(values, state), Value.Nothing);
    }
}
