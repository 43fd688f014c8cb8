using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Transactions that are handed to code that nobody can look into: it may commit them, so nothing is said about them from there on.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Libraries that a model would name a member of, if it ended a transaction that it is given.</summary>
    private static readonly string[] KnownLibraries = { "System", "mscorlib", "netstandard", "Microsoft.Extensions.", "Microsoft.EntityFrameworkCore", "Npgsql", "Dapper" };

    private State GivenAway(BodyRun run, CallSite call, State state)
    {
        if (!state.HasRegion || IsInSight(run, call))
        {
            return state;
        }

        // `await unitOfWork.CommitAsync()` of a library that nobody has described: a name proves nothing, and it is reason enough to be silent.
        return SaysThatItEnds(call.Method)
            ? state.Update(r => r.Kind != RegionKind.Scope, RegionOps.Forgotten)
            : GivenAway(call.Values, state);
    }

    private static bool SaysThatItEnds(IMethodSymbol method) =>
        EndingWords.Any(w => method.Name.StartsWith(w, StringComparison.Ordinal)) && !method.IsStatic;

    private static readonly string[] EndingWords = { "Commit", "Rollback", "RollBack", "Complete", "Abort" };

    private static State GivenAway(IEnumerable<Value> values, State state)
    {
        foreach (var given in values.SelectMany(v => Transactions(v, state)).Distinct().ToList())
        {
            if (state.Region(given.Region) is { IsLive: true } region)
            {
                state = state.Replace(region, RegionOps.Forgotten(region));
            }
        }

        return state;
    }

    private static IEnumerable<Value.Transaction> Transactions(Value value, State state) => value switch
    {
        Value.Transaction transaction => new[] { transaction },
        Value.Instance holder => state.Values.Where(v => v.Key is Place.Member m && m.Owner.Equals(holder.Identity)).Select(v => v.Value).OfType<Value.Transaction>(),
        Value.Lambda lambda => EndedIn(lambda.Function.Syntax, state),
        _ => Enumerable.Empty<Value.Transaction>(),
    };

    /// <summary>The variables' transactions on which the lambda calls something that ends them.</summary>
    private static IEnumerable<Value.Transaction> EndedIn(SyntaxNode lambda, State state)
    {
        var names = new HashSet<string>(lambda.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Where(Ends).Select(m => m.Expression).OfType<IdentifierNameSyntax>().Select(n => n.Identifier.ValueText));
        return names.Count == 0
            ? Enumerable.Empty<Value.Transaction>()
            : state.Values.Where(v => v.Key is Place.Variable variable && names.Contains(variable.Symbol.Name)).Select(v => v.Value).OfType<Value.Transaction>();

        static bool Ends(MemberAccessExpressionSyntax member) =>
            member.Name.Identifier.ValueText is var name && (name.StartsWith("Commit", StringComparison.Ordinal) || name.StartsWith("Rollback", StringComparison.Ordinal) || name.StartsWith("Dispose", StringComparison.Ordinal));
    }

    /// <summary>What the callee does to a transaction is known: by its body, or because its library is.</summary>
    private bool IsInSight(BodyRun run, CallSite call)
    {
        var method = call.Method;
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return true;
        }

        if (method.DeclaringSyntaxReferences.IsEmpty)
        {
            return context.Foreign.Knows(method) || method.ContainingAssembly?.Name is { } assembly && KnownLibraries.Any(l => assembly.StartsWith(l, StringComparison.Ordinal));
        }

        var targets = TargetsOf(call);
        var isTooDeep = run.Frame.Calls >= context.MaxCallDepth || run.Frame.Depth >= MaxFrames;
        return !targets.IsEmpty && !(isTooDeep && targets.Any(t => Keeps(t, call) || context.Relevance.Matters(t, context.MaxCallDepth, cancellation)));
    }
}
