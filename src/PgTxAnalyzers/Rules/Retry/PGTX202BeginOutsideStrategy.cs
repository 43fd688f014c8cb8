using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX202: a transaction of the program's own on a context that retries, outside of the strategy. The begin succeeds; the next query or save throws
/// InvalidOperationException, always, not only when a connection is lost.
/// </summary>
internal sealed class PGTX202BeginOutsideStrategy : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX202",
        "Transaction is begun outside the execution strategy",
        "EF Core refuses {0} ({1}) with InvalidOperationException: {2} retries, and the {3} is not begun inside CreateExecutionStrategy().Execute",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A strategy that retries can only repeat what it runs as a whole, so EF Core does not let its queries and saves run in a transaction that the strategy did not see begin. Wrap the whole unit in CreateExecutionStrategy().ExecuteAsync.",
        RuleHelp.LinkFor("PGTX202"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        if (flow.Facts is not { Context: { } context, Root: { } root } facts)
        {
            return Enumerable.Empty<Diagnostic>();
        }

        var found = new List<(SyntaxNode Begin, Cause Work)>();
        found.AddRange(facts.WorkedByEf.Where(w => RegionPlaces.IsIn(root, w.Key) && BeginsHere(w.Key, context.Retry, facts)).Select(w => (w.Key, w.Value)));
        found.AddRange(facts.Begins.Where(b => RegionPlaces.IsIn(root, b) && !facts.WorkedByEf.ContainsKey(b)).Select(b => (Begin: b, Work: SessionWork(b, context.Retry, facts)!)).Where(b => b.Work is not null));
        return found.OrderBy(f => f.Begin.SpanStart).Where(f => IsOutside(f.Begin, f.Work, context.Retry, facts)).Select(f => Report(f.Begin, f.Work, context.Retry, facts));
    }

    private static bool IsOutside(SyntaxNode begin, Cause work, RetryContext retry, RootFacts facts)
    {
        var type = ContextOf(begin, work, retry, facts);

        // The strategy's own transaction is begun inside it.
        return begin is ExpressionSyntax call && retry.FactOf(call, out _, facts.Cancellation).Role != ApiRole.TransactionRunner
            && retry.Settings.Retries(type) == true && !retry.Coverage.IsCovered(begin, Need.Strategy, facts.Cancellation);
    }

    /// <summary>A library's begin, or a helper that hands the transaction back; one that keeps it in a field is reported where it begins.</summary>
    private static bool BeginsHere(SyntaxNode begin, RetryContext retry, RootFacts facts)
    {
        if (begin is not ExpressionSyntax call || retry.FactOf(call, out var method, facts.Cancellation).Role is ApiRole.Begin or ApiRole.Scope or ApiRole.Adopt)
        {
            return begin is ExpressionSyntax;
        }

        var returned = method?.ReturnType is INamedTypeSymbol { TypeArguments: { Length: 1 } inner, Name: "Task" or "ValueTask" } ? inner[0] : method?.ReturnType;
        return method is not null && (method.MethodKind == MethodKind.Constructor || retry.Compilation.Shapes.CanCarry(returned));
    }

    /// <summary>A session: the begin is kept in a field (or by the facade), and another member of the class saves through the same context.</summary>
    private static Cause? SessionWork(SyntaxNode begin, RetryContext retry, RootFacts facts)
    {
        if (begin is not ExpressionSyntax call || retry.FactOf(call, out _, facts.Cancellation).Role != ApiRole.Begin
            || retry.Settings.Retries(null) != true
            || EfWork.ContextExpression(call, retry.Model(begin), facts.Cancellation) is not { } context || retry.Model(begin).GetSymbolInfo(context, facts.Cancellation).Symbol is not { } own
            || begin.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is not { } kept || retry.Model(begin).GetSymbolInfo(kept.Left, facts.Cancellation).Symbol is not (IFieldSymbol or IPropertySymbol)
            || begin.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type)
        {
            return null;
        }

        foreach (var other in type.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (retry.FactOf(other, out var method, facts.Cancellation).Role is ApiRole.Save or ApiRole.Query && KnownTypes.IsEfCore(method!)
                && EfWork.ContextExpression(other, retry.Model(begin), facts.Cancellation) is { } used
                && SymbolEqualityComparer.Default.Equals(retry.Model(begin).GetSymbolInfo(used, facts.Cancellation).Symbol, own))
            {
                return new Cause(other, method!.Name);
            }
        }

        return null;
    }

    private static ITypeSymbol? ContextOf(SyntaxNode begin, Cause work, RetryContext retry, RootFacts facts) =>
        (begin is ExpressionSyntax call ? EfWork.ContextOf(call, retry.Model(begin), facts.Cancellation) : null)
        ?? (work.At is ExpressionSyntax ran ? EfWork.ContextOf(ran, retry.Model(work.At), facts.Cancellation) : null);

    private static Diagnostic Report(SyntaxNode begin, Cause work, RetryContext retry, RootFacts facts)
    {
        var type = ContextOf(begin, work, retry, facts);
        var isScope = begin is ExpressionSyntax call && retry.FactOf(call, out _, facts.Cancellation).Role == ApiRole.Scope;
        return Diagnostic.Create(
            Rule,
            begin.GetLocation(),
            RegionPlaces.Also(facts, work.At),
            RegionPlaces.Say(work),
            HeldCallText.Line(work.At, begin),
            type is null || KnownTypes.Is(type, "Microsoft.EntityFrameworkCore", "DbContext") ? "the context" : type.Name,
            isScope ? "TransactionScope" : "transaction");
    }
}
