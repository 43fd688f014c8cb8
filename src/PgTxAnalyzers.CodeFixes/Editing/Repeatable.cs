using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// May a unit run twice? Not where a rule says that something is done in it that cannot be taken back, or written on a connection beside its transaction, and not where a call leads to such a thing, in a transaction or out of one. A fix asks more broadly
/// than the rules: of what leaves the process only a read may be done again, and what does not bind, or has no body in sight although it is the project's own, may be anything.
/// </summary>
internal static class Repeatable
{
    /// <summary>Bodies that are looked into.</summary>
    public const int MaxBodies = 200;

    /// <summary>The rules about what is done twice: a call, a message, a unit that cannot be replayed.</summary>
    public static readonly ImmutableHashSet<string> Rules = ImmutableHashSet.Create("PGTX101", "PGTX107", "PGTX207");

    /// <param name="document">The document of the unit.</param>
    /// <param name="unit">What would run again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="byHand">
    /// A pipeline or a loop would run it again. Neither is for EF Core's queries and saves: what is transient comes out of them as InvalidOperationException, and the tracker would keep what the failed
    /// attempt has added. That is the strategy's work.
    /// </param>
    public static async Task<bool> IsAsync(Document document, TextSpan unit, CancellationToken cancellationToken, bool byHand = false)
    {
        if (await FindingGuard.AnyInAsync(document, unit, Rules, cancellationToken).ConfigureAwait(false)
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
        {
            return false;
        }

        var context = ContextOf(document, model, cancellationToken);
        if (CountsOutside(root, unit, context, cancellationToken) || UsesUp(root, unit, context, cancellationToken))
        {
            return false;
        }

        var bodies = 0;
        foreach (var call in Bodies(root, unit, context, cancellationToken).TakeWhile(_ => ++bodies <= MaxBodies + 1).SelectMany(nodes => nodes).OfType<InvocationExpressionSyntax>())
        {
            var fact = context.FactOf(call, out var method, cancellationToken);
            // A delegate that somebody has given may do anything. In a helper it is one of the unit's own.
            if (method is { MethodKind: MethodKind.DelegateInvoke } && (unit.Contains(call.Span) && call.SyntaxTree == root.SyntaxTree || !IsParameter(call, context, cancellationToken)))
            {
                return false;
            }

            if ((method is null && !IsNameOf(call)) || (fact.Role is ApiRole.Sink or ApiRole.Enqueue && !IsRead(fact, method!)))
            {
                return false;
            }

            if (byHand && fact.Role is ApiRole.Query or ApiRole.Save && KnownTypes.IsEfCore(method!))
            {
                return false;
            }

            if (fact.Role == ApiRole.None && method is { IsAbstract: true } && !method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty
                && context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellationToken).IsEmpty)
            {
                return false;
            }
        }

        return bodies <= MaxBodies && !await WrittenApart.IsInAsync(document, Bodies(root, unit, context, cancellationToken), context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A command of the unit, or of what it calls, counts further each time that it is committed, by its text or by what it is given. Where a lost connection is a reason to try again, the reply to the commit may be what was lost.
    /// </summary>
    public static async Task<bool> AddsUpAsync(Document document, TextSpan unit, CancellationToken cancellationToken)
    {
        if (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model || await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
        {
            return true;
        }

        var context = ContextOf(document, model, cancellationToken);
        var added = new AddedUp(context, cancellationToken);
        var bodies = Bodies(root, unit, context, cancellationToken).Take(MaxBodies).ToList();
        return bodies.Any(added.IsIn) || new CountedInCode(context, cancellationToken).IsIn(bodies);
    }

    /// <summary>What runs in a unit: its own nodes, then those of each body in sight that it comes to.</summary>
    public static IEnumerable<IReadOnlyList<SyntaxNode>> Bodies(SyntaxNode root, TextSpan unit, RetryContext context, CancellationToken cancellationToken)
    {
        var open = new Queue<IReadOnlyList<SyntaxNode>>();
        open.Enqueue(root.DescendantNodes(unit).Where(node => unit.Contains(node.Span)).ToList());
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        while (open.Count > 0)
        {
            var nodes = open.Dequeue();
            yield return nodes;
            foreach (var call in nodes.OfType<InvocationExpressionSyntax>())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (context.FactOf(call, out var method, cancellationToken).Role == ApiRole.None && method is not null)
                {
                    foreach (var target in context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellationToken).Where(seen.Add))
                    {
                        open.Enqueue(target.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellationToken).DescendantNodes()).ToList());
                    }
                }
            }
        }
    }

    private static bool IsParameter(InvocationExpressionSyntax call, RetryContext context, CancellationToken cancellationToken) =>
        call.Expression is IdentifierNameSyntax name && context.Model(call).GetSymbolInfo(name, cancellationToken).Symbol is IParameterSymbol or ILocalSymbol;

    /// <summary>A field is counted up, or a collection in one added to, and the database is asked for more behind it: what fails there runs the counting again. Of locals PGTX207 speaks.</summary>
    private static bool CountsOutside(SyntaxNode root, TextSpan unit, RetryContext context, CancellationToken cancellationToken)
    {
        var nodes = OwnNodes(root, unit);
        var isBefore = BeforeWork(nodes, unit, context, cancellationToken);
        return nodes.Any(node => TargetOf(node) is { } target && isBefore(node)
            && context.Model(node).GetSymbolInfo(target, cancellationToken).Symbol is IFieldSymbol or IPropertySymbol && !SessionTypes.Is(context.Model(node).GetTypeInfo(target, cancellationToken).Type)
            && !DataLibrary.IsContextType(context.Model(node).GetTypeInfo(target, cancellationToken).Type) && (target is IdentifierNameSyntax || target is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax }));
    }

    /// <summary>The unit, or what it calls, uses something up that the next attempt would have to find again.</summary>
    private static bool UsesUp(SyntaxNode root, TextSpan unit, RetryContext context, CancellationToken cancellationToken)
    {
        var own = OwnNodes(root, unit);
        var isBefore = BeforeWork(own, unit, context, cancellationToken);
        var consumed = new ConsumedInput(context, cancellationToken);
        return consumed.IsIn(own, isBefore) || new MovedMark(context, cancellationToken).IsIn(own, unit, isBefore)
            || Bodies(root, unit, context, cancellationToken).Take(MaxBodies).Skip(1).Any(body => consumed.IsIn(body, _ => true));
    }

    private static List<SyntaxNode> OwnNodes(SyntaxNode root, TextSpan unit) => root.DescendantNodes(unit).Where(node => unit.Contains(node.Span)).ToList();

    /// <summary>Is a node in front of something that the unit asks for? What fails there runs the node again. In a loop what stands behind comes before the next round.</summary>
    private static System.Func<SyntaxNode, bool> BeforeWork(IReadOnlyList<SyntaxNode> nodes, TextSpan unit, RetryContext context, CancellationToken cancellationToken)
    {
        var last = nodes.OfType<InvocationExpressionSyntax>().Where(call => context.FactOf(call, out _, cancellationToken).Role != ApiRole.None).Select(call => call.Span.End).DefaultIfEmpty(0).Max();
        return node => node.SpanStart < last
            || node.Ancestors().TakeWhile(around => unit.Contains(around.Span)).Any(around => around is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax
                && around.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call => context.FactOf(call, out _, cancellationToken).Role != ApiRole.None));
    }

    private static ExpressionSyntax? TargetOf(SyntaxNode node) => node switch
    {
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } step => step.Operand,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } step => step.Operand,
        AssignmentExpressionSyntax { RawKind: not ((int)SyntaxKind.SimpleAssignmentExpression or (int)SyntaxKind.CoalesceAssignmentExpression) } added => added.Left,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Add" or "AddRange" or "Enqueue" or "Push" or "Append" or "AddLast", Expression: var list } } => list,
        _ => null,
    };

    private static bool IsRead(ApiFact fact, IMethodSymbol method) => fact.Kind is SinkKind.Http && method.Name.StartsWith("Get", System.StringComparison.Ordinal);

    private static bool IsNameOf(InvocationExpressionSyntax call) => call.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" };

    /// <summary>What the rules about retries know of a document's project.</summary>
    public static RetryContext ContextOf(Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        var given = document.Project.AnalyzerOptions;
        var options = PgTxOptions.For(model.Compilation, given.AnalyzerConfigOptionsProvider, cancellationToken);
        var models = ModelSet.Create(model.Compilation, UserModels.Read(options, given.AdditionalFiles, cancellationToken));
        return new CompilationContext(model.Compilation, models, options.MaxCallDepth) { RetryingStrategy = options.RetryingStrategy }.Retry;
    }
}
