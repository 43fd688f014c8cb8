using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>What the text of a method has in it; read once per method, for it is asked at each of its calls, in each state.</summary>
internal sealed class BodyTraits
{
    private readonly ConcurrentDictionary<IMethodSymbol, Traits> known = new(SymbolEqualityComparer.Default);

    /// <summary>It, or a function in it, assigns something, or hands arguments to another constructor.</summary>
    public bool Assigns(IMethodSymbol method, CancellationToken cancellation) => (Of(method, cancellation) & Traits.Assigns) != 0;

    /// <summary>It, or a function in it, makes an object.</summary>
    public bool Creates(IMethodSymbol method, CancellationToken cancellation) => (Of(method, cancellation) & Traits.Creates) != 0;

    /// <summary>It, or a function in it, returns an object that it makes there.</summary>
    public bool ReturnsNew(IMethodSymbol method, CancellationToken cancellation) => (Of(method, cancellation) & Traits.ReturnsNew) != 0;

    /// <summary>Its body runs where its result is enumerated.</summary>
    public bool IsIterator(IMethodSymbol method, CancellationToken cancellation) =>
        method.ReturnType is INamedTypeSymbol { Name: "IEnumerable" or "IEnumerator" or "IAsyncEnumerable" or "IAsyncEnumerator" } && (Of(method, cancellation) & Traits.Yields) != 0;

    private Traits Of(IMethodSymbol method, CancellationToken cancellation) =>
        known.TryGetValue(method, out var traits) ? traits : known.GetOrAdd(method, Read(method, cancellation));

    private static Traits Read(IMethodSymbol method, CancellationToken cancellation)
    {
        var (traits, isFirst) = (Traits.None, true);
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            // The text of a primary constructor is that of the whole type.
            if (reference.GetSyntax(cancellation) is var declared and not TypeDeclarationSyntax)
            {
                foreach (var node in declared.DescendantNodes())
                {
                    traits |= node switch
                    {
                        AssignmentExpressionSyntax or ConstructorInitializerSyntax { ArgumentList.Arguments.Count: > 0 } => Traits.Assigns,
                        BaseObjectCreationExpressionSyntax { Parent: ReturnStatementSyntax or ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax } } => Traits.Creates | Traits.ReturnsNew,
                        BaseObjectCreationExpressionSyntax => Traits.Creates,
                        YieldStatementSyntax when isFirst && node.Ancestors().First(n => n == declared || n is LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax) == declared => Traits.Yields,
                        _ => Traits.None,
                    };
                }
            }

            isFirst = false;
        }

        return traits;
    }

    [Flags]
    private enum Traits : byte
    {
        None = 0,
        Assigns = 1,
        Creates = 2,
        Yields = 4,
        ReturnsNew = 8,
    }
}
