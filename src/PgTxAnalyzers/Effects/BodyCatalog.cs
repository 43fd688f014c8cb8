using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Effects;

/// <summary>The control-flow graphs of the compilation's bodies, each built at most once, and only for who asks.</summary>
internal sealed class BodyCatalog
{
    /// <summary>Characters of a body beyond which it is not looked into: generated tables, not code that holds a transaction.</summary>
    private const int MaxBodyLength = 200_000;

    /// <summary>Cases in one body, beyond which it is a table: what the compiler needs for a graph grows with their square.</summary>
    private const int MaxCases = 2_000;

    /// <summary>Characters that so many cases need at the least: a shorter body is not counted.</summary>
    private const int MinLengthOfCases = MaxCases * 8;

    /// <summary>
    /// Nodes inside nodes of a body, beyond which it is not looked into: some 200 blocks. Making operations and a graph needs stack for each of them, more than binding does, and where it runs out
    /// the process ends. (Measured: 400 nested conditions on a thread of one megabyte, 3,000 on one of eight.)
    /// </summary>
    private const int MaxNesting = 400;

    private readonly Compilation compilation;
    private readonly ConcurrentDictionary<SyntaxNode, ControlFlowGraph?> graphs = new();
    private readonly ConcurrentDictionary<IMethodSymbol, bool> endless = new(SymbolEqualityComparer.Default);
    private readonly object[] gates = Enumerable.Range(0, 32).Select(_ => new object()).ToArray();
    private int built;

    private readonly Lazy<ImmutableArray<Compilation>> sources;

    /// <summary>Models of compilations that no driver analyses here: none of them remembers another's, and what one has bound the next would bind again.</summary>
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> models = new();

    /// <summary>The same for all projects that follow one project, as long as one of them is at work: nothing here holds a compilation.</summary>
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<SyntaxTree, WeakReference<SemanticModel>>> Shared = new();

    private readonly bool keepsModels;

    /// <param name="keepsModels">The compilation itself is one that no driver analyses here.</param>
    public BodyCatalog(Compilation compilation, bool keepsModels = false)
    {
        (this.compilation, this.keepsModels) = (compilation, keepsModels);
        sources = new Lazy<ImmutableArray<Compilation>>(() => Referenced(compilation));
    }

    /// <summary>The compilation, and those of the projects that it references where the host has their source (an IDE does, a command-line build does not).</summary>
    public ImmutableArray<Compilation> Sources => sources.Value;

    /// <summary>How many graphs were built: the benchmarks hold this against the bodies that can have a region.</summary>
    public int GraphsBuilt => built;

    /// <summary>The graph of a method, constructor or accessor in source; null where there is none, or it is broken.</summary>
    public ControlFlowGraph? Graph(IMethodSymbol method, CancellationToken cancellation)
    {
        // An extension method that was called on its receiver, or a constructed generic one, has the body of its definition.
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            if (Body(reference.GetSyntax(cancellation)) is { } body)
            {
                return Graph(body, cancellation);
            }
        }

        return null;
    }

    public ControlFlowGraph? Graph(SyntaxNode body, CancellationToken cancellation)
    {
        if (graphs.TryGetValue(body, out var known))
        {
            return known;
        }

        // Files are analysed side by side: who comes second waits for the first, rather than building the same graph.
        lock (gates[(body.GetHashCode() & int.MaxValue) % gates.Length])
        {
            return graphs.TryGetValue(body, out known) ? known : graphs[body] = Create(body, cancellation);
        }
    }

    /// <summary>By its syntax, the method always throws or runs for ever. One that others may override is not judged.</summary>
    public bool MayNeverReturn(IMethodSymbol method, CancellationToken cancellation) => !Targets.IsOverridable(method.OriginalDefinition)
        && endless.GetOrAdd((method.ReducedFrom ?? method).OriginalDefinition, m => m.DeclaringSyntaxReferences.Any(r => Completions.MayNeverReturn(r.GetSyntax(cancellation))));

    public SemanticModel Model(SyntaxTree tree)
    {
#pragma warning disable RS1030 // A callee's body is in another tree; inside the driver this is the model that it has cached itself.
        var owner = Owner(tree) ?? compilation;
        return owner == compilation && !keepsModels ? owner.GetSemanticModel(tree) : models.GetOrAdd(tree, t => SharedModel(owner, t));
#pragma warning restore RS1030
    }

    private static SemanticModel SharedModel(Compilation owner, SyntaxTree tree)
    {
        var known = Shared.GetValue(owner, _ => new ConcurrentDictionary<SyntaxTree, WeakReference<SemanticModel>>()).GetOrAdd(tree, _ => new WeakReference<SemanticModel>(null!));
        lock (known)
        {
            if (!known.TryGetTarget(out var model))
            {
#pragma warning disable RS1030 // As above; no driver has it.
                model = owner.GetSemanticModel(tree);
#pragma warning restore RS1030
                known.SetTarget(model);
            }

            return model;
        }
    }

    /// <summary>Null: the tree is of no compilation in sight.</summary>
    private Compilation? Owner(SyntaxTree tree) =>
        compilation.ContainsSyntaxTree(tree) ? compilation : Sources.FirstOrDefault(c => c.ContainsSyntaxTree(tree));

    private static ImmutableArray<Compilation> Referenced(Compilation root)
    {
        var found = new List<Compilation> { root };
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var reference in found[i].References.OfType<CompilationReference>())
            {
                if (reference.Compilation.Language == LanguageNames.CSharp && !found.Contains(reference.Compilation))
                {
                    found.Add(reference.Compilation);
                }
            }
        }

        return found.ToImmutableArray();
    }

    private ControlFlowGraph? Create(SyntaxNode body, CancellationToken cancellation)
    {
        if (body.FullSpan.Length > MaxBodyLength || HasTooManyCases(body) || IsTooDeep(body) || Owner(body.SyntaxTree) is null)
        {
            return null;
        }

        var operation = Model(body.SyntaxTree).GetOperation(body, cancellation);
        Interlocked.Increment(ref built);
        return operation switch
        {
            IMethodBodyOperation o => ControlFlowGraph.Create(o, cancellation),
            IConstructorBodyOperation o => ControlFlowGraph.Create(o, cancellation),
            IFieldInitializerOperation o => ControlFlowGraph.Create(o, cancellation),
            IBlockOperation { Parent: null } o => ControlFlowGraph.Create(o, cancellation),
            _ => null,
        };
    }

    private static bool HasTooManyCases(SyntaxNode body) =>
        body.FullSpan.Length >= MinLengthOfCases && body.DescendantNodes(n => n is not (ExpressionSyntax and not SwitchExpressionSyntax)).Count(n => n is SwitchLabelSyntax or SwitchExpressionArmSyntax) > MaxCases;

    private static bool IsTooDeep(SyntaxNode body)
    {
        // No node has less than two characters of its own on the way down, a pair of braces or an operator and an operand.
        if (body.FullSpan.Length < 2 * MaxNesting)
        {
            return false;
        }

        var open = new Stack<(SyntaxNode Node, int Depth)>();
        open.Push((body, 0));
        while (open.Count > 0)
        {
            var (node, depth) = open.Pop();
            if (depth > MaxNesting)
            {
                return true;
            }

            var isFirst = true;
            foreach (var part in node.ChildNodesAndTokens())
            {
                if (part.AsNode() is { } child)
                {
                    // A chain of calls, a sum and an else-if chain are as deep as they are long, and are walked along.
                    var isFlat = (isFirst && node is ExpressionSyntax) || node is ElseClauseSyntax || child is ElseClauseSyntax;
                    open.Push((child, isFlat ? depth : depth + 1));
                    isFirst = false;
                }
            }
        }

        return false;
    }

    /// <summary>The node whose operation is the whole body.</summary>
    public static SyntaxNode? Body(SyntaxNode declaration) => declaration switch
    {
        BaseMethodDeclarationSyntax { Body: null, ExpressionBody: null } => null,
        BaseMethodDeclarationSyntax method => method,
        AccessorDeclarationSyntax { Body: null, ExpressionBody: null } => null,
        AccessorDeclarationSyntax accessor => accessor,
        PropertyDeclarationSyntax { ExpressionBody: { } arrow } => arrow,
        IndexerDeclarationSyntax { ExpressionBody: { } arrow } => arrow,
        ArrowExpressionClauseSyntax arrow => arrow,
        CompilationUnitSyntax unit when unit.Members.Any(m => m is GlobalStatementSyntax) => unit,
        _ => null,
    };

    /// <summary>The method that a node of <see cref="Body"/> is the body of; for a program's statements, the one that the compiler makes of them.</summary>
    public static IMethodSymbol? MethodOf(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation) =>
        (declaration is ArrowExpressionClauseSyntax { Parent: { } property }
            ? (model.GetDeclaredSymbol(property, cancellation) as IPropertySymbol)?.GetMethod
            : model.GetDeclaredSymbol(declaration, cancellation)) as IMethodSymbol;

    /// <summary>The graph of a local function, wherever it is nested in the graph of its method.</summary>
    public static ControlFlowGraph? LocalFunction(ControlFlowGraph graph, IMethodSymbol function, CancellationToken cancellation)
    {
        function = function.OriginalDefinition;
        for (var g = graph; g is not null; g = g.Parent)
        {
            foreach (var local in g.LocalFunctions)
            {
                if (SymbolEqualityComparer.Default.Equals(local, function))
                {
                    return g.GetLocalFunctionControlFlowGraph(local, cancellation);
                }
            }
        }

        return null;
    }
}
