using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules;

/// <summary>A question to the symbols of one file, without any flow.</summary>
internal abstract class RetryRule
{
    public abstract DiagnosticDescriptor Descriptor { get; }

    /// <summary>A file in which none of these words stands is not looked at.</summary>
    public abstract ImmutableArray<string> Words { get; }

    /// <summary>A file with top-level statements is looked at whatever its words are.</summary>
    public virtual bool AsksPrograms => false;

    public abstract IEnumerable<Diagnostic> Examine(RetryFile file);
}

/// <summary>One file, for the rules that ask its symbols.</summary>
internal sealed class RetryFile
{
    public RetryFile(SemanticModel model, RetryContext retry, CancellationToken cancellation) => (Model, Retry, Cancellation) = (model, retry, cancellation);

    public SemanticModel Model { get; }

    public RetryContext Retry { get; }

    public CancellationToken Cancellation { get; }

    public SyntaxNode Root => Model.SyntaxTree.GetRoot(Cancellation);

    /// <summary>The calls and creations of these names, in the order of the text.</summary>
    public IEnumerable<ExpressionSyntax> Calls(params string[] names) =>
        names.SelectMany(name => Retry.Uses.Of(Model.SyntaxTree, name, Cancellation)).Select(NameUses.CallOf).Where(c => c is not null).OrderBy(c => c!.SpanStart)!;

    /// <summary>The lambda, or the method of this file that a name stands for; null for anything else.</summary>
    public SyntaxNode? Function(ExpressionSyntax expression) => expression switch
    {
        AnonymousFunctionExpressionSyntax lambda => lambda,
        IdentifierNameSyntax or MemberAccessExpressionSyntax when MethodOf(Model.GetSymbolInfo(expression, Cancellation)) is { DeclaringSyntaxReferences: { Length: 1 } declared }
            && declared[0].SyntaxTree == Model.SyntaxTree => declared[0].GetSyntax(Cancellation),
        _ => null,
    };

    /// <summary>A method that becomes a `Delegate`, as `MapGet` takes it, is only a candidate: nothing says of which type.</summary>
    private static IMethodSymbol? MethodOf(SymbolInfo info) => (info.Symbol ?? (info.CandidateSymbols.Length == 1 ? info.CandidateSymbols[0] : null)) as IMethodSymbol;
}
