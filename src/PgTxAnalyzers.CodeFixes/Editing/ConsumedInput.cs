using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What a unit uses up: an item out of a queue, a line of a reader, a file that it deletes, a mark in a field that it moves on. The next attempt does not find it, has less to do or nothing, and succeeds:
/// what was a loud failure would be a silent loss. By symbol; what the unit has made itself each attempt makes anew.
/// </summary>
internal sealed class ConsumedInput(RetryContext context, CancellationToken cancellationToken)
{
    /// <summary>Expressions that are followed to see where an object comes from.</summary>
    private const int MaxSteps = 8;

    /// <summary>Members of the framework that take something away, by the type that declares them.</summary>
    private static readonly Dictionary<string, string[]> Takers = new()
    {
        ["System.Collections.Queue"] = ["Dequeue"],
        ["System.Collections.Stack"] = ["Pop"],
        ["System.Collections.Generic.Queue"] = ["Dequeue", "TryDequeue"],
        ["System.Collections.Generic.Stack"] = ["Pop", "TryPop"],
        ["System.Collections.Generic.PriorityQueue"] = ["Dequeue", "TryDequeue", "EnqueueDequeue", "DequeueEnqueue"],
        ["System.Collections.Concurrent.ConcurrentQueue"] = ["TryDequeue"],
        ["System.Collections.Concurrent.ConcurrentStack"] = ["TryPop", "TryPopRange"],
        ["System.Collections.Concurrent.ConcurrentBag"] = ["TryTake"],
        ["System.Collections.Concurrent.ConcurrentDictionary"] = ["TryRemove"],
        ["System.Collections.Concurrent.IProducerConsumerCollection"] = ["TryTake"],
        ["System.Collections.Concurrent.BlockingCollection"] = ["Take", "TryTake", "GetConsumingEnumerable"],
        ["System.IO.File"] = ["Delete", "Move"],
        ["System.IO.Directory"] = ["Delete", "Move"],
        ["System.IO.FileSystemInfo"] = ["Delete"],
        ["System.IO.FileInfo"] = ["Delete", "MoveTo"],
        ["System.IO.DirectoryInfo"] = ["Delete", "MoveTo"],
    };

    /// <summary>What is read on from where it stands.</summary>
    private static readonly HashSet<string> Flows =
    [
        "System.IO.Stream", "System.IO.TextReader", "System.IO.BinaryReader", "System.IO.Pipelines.PipeReader", "System.Threading.Channels.ChannelReader",
        "System.Collections.IEnumerator", "System.Collections.Generic.IEnumerator", "System.Collections.Generic.IAsyncEnumerator",
    ];

    private static readonly string[] Readings = ["Read", "TryRead", "CopyTo", "MoveNext"];

    /// <param name="nodes">Of one body.</param>
    /// <param name="counts">Something that may fail comes behind a node: what is used up behind all of it is used up once.</param>
    public bool IsIn(IReadOnlyList<SyntaxNode> nodes, Func<SyntaxNode, bool> counts) => nodes.Any(node => node switch
    {
        InvocationExpressionSyntax call => Takes(call, nodes) || IsHandedOn(call.ArgumentList, nodes),
        BaseObjectCreationExpressionSyntax { ArgumentList: { } list } => IsHandedOn(list, nodes),
        _ => false,
    } && counts(node));

    private bool Takes(InvocationExpressionSyntax call, IReadOnlyList<SyntaxNode> nodes)
    {
        if (context.Model(call).GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol method || !method.DeclaringSyntaxReferences.IsEmpty)
        {
            return false;
        }

        var takes = Chain(method.ContainingType).Any(name => Takers.TryGetValue(name, out var members) && members.Contains(method.Name));
        var reads = !method.IsStatic && IsFlow(method.ContainingType) && Readings.Any(reading => method.Name.StartsWith(reading, StringComparison.Ordinal));
        return (takes || reads) && (method.IsStatic || call.Expression is not MemberAccessExpressionSyntax { Expression: var owner } || (!IsMadeHere(owner, nodes, 0) && !IsRewound(owner, nodes)));
    }

    /// <summary>A reader from outside goes to a library, which reads it. A body in sight is looked into instead.</summary>
    private bool IsHandedOn(ArgumentListSyntax list, IReadOnlyList<SyntaxNode> nodes) =>
        list.Arguments.Any(argument => IsFlow(context.Model(argument).GetTypeInfo(argument.Expression, cancellationToken).Type) && !IsMadeHere(argument.Expression, nodes, 0) && !IsRewound(argument.Expression, nodes))
        && context.Model(list).GetSymbolInfo(list.Parent!, cancellationToken).Symbol is { DeclaringSyntaxReferences.IsEmpty: true };

    /// <summary>Made in these nodes: by a constructor, or by a library, as <c>File.OpenText(path)</c>, and not around a reader from outside.</summary>
    private bool IsMadeHere(ExpressionSyntax expression, IReadOnlyList<SyntaxNode> nodes, int steps)
    {
        if (steps > MaxSteps)
        {
            return false;
        }

        var model = context.Model(expression);
        switch (expression)
        {
            case ParenthesizedExpressionSyntax inner:
                return IsMadeHere(inner.Expression, nodes, steps + 1);
            case AwaitExpressionSyntax wait:
                return IsMadeHere(wait.Expression, nodes, steps + 1);
            case CastExpressionSyntax cast:
                return IsMadeHere(cast.Expression, nodes, steps + 1);
            case PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure:
                return IsMadeHere(sure.Operand, nodes, steps + 1);
            case BaseObjectCreationExpressionSyntax made:
                return (made.ArgumentList?.Arguments ?? default).All(argument => IsNoFlowFromOutside(argument.Expression));
            case InvocationExpressionSyntax call:
                return model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { DeclaringSyntaxReferences.IsEmpty: true }
                    && call.ArgumentList.Arguments.All(argument => IsNoFlowFromOutside(argument.Expression))
                    && (call.Expression is not MemberAccessExpressionSyntax { Expression: var owner } || IsNoFlowFromOutside(owner));
            case IdentifierNameSyntax name:
                return model.GetSymbolInfo(name, cancellationToken).Symbol is ILocalSymbol { DeclaringSyntaxReferences: { Length: 1 } declared }
                    && declared[0].GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer.Value: { } value } variable && nodes.Contains(variable) && IsMadeHere(value, nodes, steps + 1);
            default:
                return false;
        }

        bool IsNoFlowFromOutside(ExpressionSyntax part) => !IsFlow(model.GetTypeInfo(part, cancellationToken).Type) || IsMadeHere(part, nodes, steps + 1) || IsRewound(part, nodes);
    }

    /// <summary><c>stream.Position = 0</c>, <c>stream.Seek(0, …)</c>: each attempt begins at its beginning.</summary>
    private bool IsRewound(ExpressionSyntax flow, IReadOnlyList<SyntaxNode> nodes) => context.Model(flow).GetSymbolInfo(flow, cancellationToken).Symbol is { } symbol
        && nodes.OfType<MemberAccessExpressionSyntax>().Any(access => access.Name.Identifier.ValueText is "Position" or "Seek" && access.SpanStart < flow.SpanStart
            && access.Parent is InvocationExpressionSyntax or AssignmentExpressionSyntax && SymbolEqualityComparer.Default.Equals(context.Model(access).GetSymbolInfo(access.Expression, cancellationToken).Symbol, symbol));

    private static bool IsFlow(ITypeSymbol? type) => Chain(type).Any(Flows.Contains);

    /// <summary>The names of a type, of its bases and of its interfaces.</summary>
    private static IEnumerable<string> Chain(ITypeSymbol? type)
    {
        for (var current = type; current is { SpecialType: not SpecialType.System_Object }; current = current.BaseType)
        {
            yield return NameOf(current);
        }

        foreach (var face in type?.AllInterfaces ?? ImmutableArray<INamedTypeSymbol>.Empty)
        {
            yield return NameOf(face);
        }
    }

    private static string NameOf(ITypeSymbol type) => type.ContainingNamespace?.ToDisplayString() + "." + type.Name;
}
