using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// What the questions about retries share, for one compilation: who calls whom, which code runs in a retry scope, which contexts retry.
/// Nothing is computed before somebody asks.
/// </summary>
internal sealed class RetryContext
{
    private readonly Lazy<ContextSettings> settings;
    private bool? isTestProject;

    private readonly ConcurrentDictionary<string, bool> declared = new(StringComparer.Ordinal);

    public RetryContext(CompilationContext context, bool? retryingStrategy)
    {
        Compilation = context;
        Uses = new NameUses(context.Bodies);
        Scopes = new RetryScopes(this);
        Coverage = new Coverage(this);
        Regions = new RegionSearch(this);
        Runners = new RunnerNames(this);
        Unprotected = new UnprotectedWork(this);
        RollbackNames = new RollbackNames(this);
        settings = new Lazy<ContextSettings>(() => new ContextSettings(this, retryingStrategy));
    }

    public CompilationContext Compilation { get; }

    public NameUses Uses { get; }

    public RetryScopes Scopes { get; }

    public Coverage Coverage { get; }

    public RegionSearch Regions { get; }

    public RunnerNames Runners { get; }

    public UnprotectedWork Unprotected { get; }

    public RollbackNames RollbackNames { get; }

    public ContextSettings Settings => settings.Value;

    /// <summary>A member of this name is declared in a source in sight.</summary>
    public bool Declares(string name, CancellationToken cancellation) =>
        declared.GetOrAdd(name, n => Compilation.Bodies.Sources.Any(c => c.ContainsSymbolsWithName(n, SymbolFilter.Member, cancellation)));

    public SemanticModel Model(SyntaxNode node) => Compilation.Bodies.Model(node.SyntaxTree);

    /// <summary>The version of the referenced Npgsql, as its assembly says; null where it is not referenced.</summary>
    public Version? NpgsqlVersion => Compilation.Compilation.ReferencedAssemblyNames.FirstOrDefault(a => a.Name == "Npgsql")?.Version;

    /// <summary>Nobody restarts a database under a project of tests.</summary>
    public bool IsTestProject => isTestProject ??= ToolCode.IsTestProject(Compilation.Compilation);

    /// <summary>What a call does, as the models have it; no role for a call that does not bind.</summary>
    public ApiFact FactOf(ExpressionSyntax call, out IMethodSymbol? method, CancellationToken cancellation)
    {
        var model = Model(call);
        method = model.GetSymbolInfo(call, cancellation).Symbol as IMethodSymbol;
        if (method is null)
        {
            return default;
        }

        var receiver = call switch
        {
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => model.GetTypeInfo(access.Expression, cancellation).Type,
            InvocationExpressionSyntax { Parent: ConditionalAccessExpressionSyntax conditional } => model.GetTypeInfo(conditional.Expression, cancellation).Type,
            _ => null,
        };
        return Compilation.FactOf(method, receiver, cancellation);
    }

    /// <summary>The type of the receiver; null where there is none, or the node is no call.</summary>
    public static ITypeSymbol? ReceiverTypeOf(SyntaxNode node, SemanticModel model, CancellationToken cancellation) =>
        node is InvocationExpressionSyntax call && ReceiverOf(call) is { } receiver ? model.GetTypeInfo(receiver, cancellation).Type : null;

    /// <summary>The receiver of a call; null for a call on <c>this</c> or of a static method.</summary>
    public static ExpressionSyntax? ReceiverOf(ExpressionSyntax call) => call switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => access.Expression,
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } => binding.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>()?.Expression,
        _ => null,
    };
}
