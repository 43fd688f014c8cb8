using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which bodies a body runs by calling something of a name: of the fifty methods called <c>DeleteAsync</c> in a project one may leave a transaction open, and who calls
/// another one is not handed it. No flow; a declaration's types say it mostly, and the semantic model where they do not.
/// </summary>
internal sealed class HelperCalls
{
    private readonly CompilationContext context;

    /// <summary>Null: something that no call says, which may run any of them.</summary>
    private readonly ConcurrentDictionary<(SyntaxNode Body, string Name), HashSet<SyntaxNode>?> known = new();

    public HelperCalls(CompilationContext context) => this.context = context;

    /// <summary>A use of the name in the body may run one of the helpers of that name.</summary>
    public bool MayRun(SyntaxNode body, string name, IReadOnlyCollection<SyntaxNode> helpers, CancellationToken cancellation)
    {
        if (helpers.Count == 0)
        {
            return false;
        }

        if (!known.TryGetValue((body, name), out var run))
        {
            run = known[(body, name)] = RunBy(body, name, cancellation);
        }

        return run is null || run.Overlaps(helpers);
    }

    private HashSet<SyntaxNode>? RunBy(SyntaxNode body, string name, CancellationToken cancellation)
    {
        var model = context.Bodies.Model(body.SyntaxTree);

        // A function inside another body sees that one's variables.
        if (BodyCatalog.MethodOf(body, model, cancellation) is not { MethodKind: not (MethodKind.LocalFunction or MethodKind.AnonymousFunction) } method)
        {
            return null;
        }

        var (run, declarations) = (new HashSet<SyntaxNode>(), new DeclaredTypes(method, body));
        foreach (var use in body.DescendantNodes().OfType<SimpleNameSyntax>().Where(n => n.Identifier.ValueText == name && (BodyUses.IsUse(n) || BodyUses.IsRead(n))))
        {
            if (NameUses.CallOf(use) is null && model.GetSymbolInfo(use, cancellation).Symbol is { } symbol and not IMethodSymbol)
            {
                // What is no property runs nothing where it is read.
                if (symbol is IPropertySymbol { GetMethod: { } getter } && !Add(getter, run, cancellation))
                {
                    return null;
                }

                continue;
            }

            if (NameUses.CallOf(use) is not { } call || Called(call, declarations, model, cancellation) is not { } called || !Add(called, run, cancellation))
            {
                return null;
            }
        }

        foreach (var made in body.DescendantNodes().OfType<ImplicitObjectCreationExpressionSyntax>().Where(n => TargetTyped.NameOf(n) == name))
        {
            if (model.GetSymbolInfo(made, cancellation).Symbol is not IMethodSymbol constructor || !Add(constructor, run, cancellation))
            {
                return null;
            }
        }

        return run;
    }

    private static IMethodSymbol? Called(ExpressionSyntax call, DeclaredTypes declarations, SemanticModel model, CancellationToken cancellation) =>
        call is InvocationExpressionSyntax invocation && declarations.Resolve(invocation) is { } declared ? declared.Method : model.GetSymbolInfo(call, cancellation).Symbol as IMethodSymbol;

    /// <summary>False: what the call runs depends on objects.</summary>
    private bool Add(IMethodSymbol called, HashSet<SyntaxNode> run, CancellationToken cancellation)
    {
        var definition = (called.ReducedFrom ?? called).OriginalDefinition;
        if (called.MethodKind == MethodKind.DelegateInvoke || context.Models.Find(called, null).Role == ApiRole.Dispatch)
        {
            return false;
        }

        // A function of the body itself: its text is the body's.
        if (called.MethodKind == MethodKind.LocalFunction)
        {
            return true;
        }

        var targets = context.Targets.Of(called, Flow.Value.Nothing, isBaseCall: false, cancellation);
        if (targets.IsEmpty && Targets.IsOverridable(definition) && (Targets.IsOfFramework(definition.ContainingType) || context.Targets.Derived(cancellation).ContainsKey(definition.ContainingType)))
        {
            // More implementations than are followed: on an object that is known it is one of them.
            return false;
        }

        foreach (var target in targets)
        {
            run.UnionWith(BodiesOf(target, cancellation));
        }

        return true;
    }

    /// <summary>Where the method's text stands.</summary>
    public static IEnumerable<SyntaxNode> BodiesOf(IMethodSymbol method, CancellationToken cancellation) =>
        (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation));
}
