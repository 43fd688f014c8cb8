using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Pooling;

/// <summary>Runs the engine over the bodies that use session features: each body once, and only when a rule asks what happens around the use.</summary>
internal sealed class SessionFlows
{
    /// <summary>Callers that are run to see whether one of them holds a transaction around the use.</summary>
    private const int MaxCallers = 12;

    private readonly PoolingContext context;
    private readonly CancellationToken cancellation;
    private readonly Dictionary<SyntaxNode, SessionFlow> flows = new();

    public SessionFlows(PoolingContext context, CancellationToken cancellation) => (this.context, this.cancellation) = (context, cancellation);

    public SessionFlow Of(SessionUse use)
    {
        if (Declaration(use.Node) is not { } declaration)
        {
            return new SessionFlow();
        }

        if (!flows.TryGetValue(declaration, out var flow))
        {
            flows.Add(declaration, flow = new SessionFlow());
            Run(declaration, flow);
        }

        if (use is { Sink: { } sink, Text: { } text } && flow.RunsInRegion(sink.Call, text.Content) == false)
        {
            // A helper is often called inside its caller's transaction.
            foreach (var caller in Callers(declaration).Take(MaxCallers))
            {
                Run(caller, flow);
            }
        }

        return flow;
    }

    private void Run(SyntaxNode declaration, SessionFlow flow)
    {
        if (context.Flow.Bodies.Graph(declaration, cancellation) is not { } graph)
        {
            return;
        }

        var symbol = context.Model(declaration.SyntaxTree)?.GetDeclaredSymbol(declaration is ArrowExpressionClauseSyntax arrow ? arrow.Parent! : declaration, cancellation);
        var method = symbol as IMethodSymbol ?? (symbol as IPropertySymbol)?.GetMethod;
        var whole = RootAnalysis.Run(context.Flow, graph, method, cancellation, flow);
        foreach (var (inner, function) in NestedBodies.Of(graph, (_, _) => true, cancellation))
        {
            if (!whole.Facts.Run.Contains(function))
            {
                RootAnalysis.Run(context.Flow, inner, function, cancellation, flow);
            }
        }
    }

    /// <summary>The node that is a body of its own; the arrow of a method or local function belongs to that.</summary>
    private static SyntaxNode? Declaration(SyntaxNode node) =>
        node.AncestorsAndSelf().Where(n => n is not ArrowExpressionClauseSyntax { Parent: not (PropertyDeclarationSyntax or IndexerDeclarationSyntax) }).Select(BodyCatalog.Body).FirstOrDefault(body => body is not null);

    /// <summary>Bodies that call the declaration's method and can hold a transaction themselves.</summary>
    private IEnumerable<SyntaxNode> Callers(SyntaxNode declaration)
    {
        if (declaration is not MethodDeclarationSyntax method || context.Model(declaration.SyntaxTree)?.GetDeclaredSymbol(method, cancellation) is not IMethodSymbol symbol)
        {
            yield break;
        }

        var names = context.Flow.Index(cancellation);
        var word = new[] { TreeWords.Hash(symbol.Name) };
        var seen = new HashSet<SyntaxNode> { declaration };
        foreach (var tree in context.Flow.Compilation.SyntaxTrees)
        {
            if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(word))
            {
                continue;
            }

            foreach (var token in TextPlaces.Identifiers(tree, symbol.Name, cancellation))
            {
                if (token.Parent is SimpleNameSyntax name && Declaration(name) is { } caller && seen.Add(caller) && names.CanHaveRegion(caller)
                    && context.Model(tree)?.GetSymbolInfo(name, cancellation).Symbol is IMethodSymbol called && IsSame(called, symbol))
                {
                    yield return caller;
                }
            }
        }
    }

    /// <summary>The method itself, or the interface's or base's member that it implements.</summary>
    private static bool IsSame(IMethodSymbol called, IMethodSymbol method)
    {
        called = (called.ReducedFrom ?? called).OriginalDefinition;
        return SymbolEqualityComparer.Default.Equals(called, method.OriginalDefinition)
            || (called.ContainingType.TypeKind == TypeKind.Interface && SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(called), method))
            || SymbolEqualityComparer.Default.Equals(method.OverriddenMethod?.OriginalDefinition, called);
    }
}
