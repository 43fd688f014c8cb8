using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>Whether a context's strategy retries.</summary>
internal enum Retrying : byte
{
    /// <summary>Somebody who is not in sight decides.</summary>
    Unknown,
    No,
    Yes,
}

/// <summary>A place where a context is given Npgsql.</summary>
/// <param name="Call"><c>UseNpgsql(…)</c> or <c>AddNpgsql&lt;T&gt;(…)</c>.</param>
/// <param name="Context">The context's type; null where the place serves any.</param>
/// <param name="Strategy">What it says about retries.</param>
/// <param name="IsForTools">It runs on a developer's machine or in a test only, or makes migrations.</param>
internal sealed record ContextSite(InvocationExpressionSyntax Call, INamedTypeSymbol? Context, Retrying Strategy, bool IsForTools);

/// <summary>Which contexts retry, as the sources in sight configure them. The option <c>pgtx.retrying_strategy</c> goes before them.</summary>
internal sealed class ContextSettings
{
    private readonly RetryContext context;
    private readonly bool? option;
    private readonly Lazy<ImmutableArray<ContextSite>> sites;
    private readonly Lazy<ImmutableArray<(ITypeSymbol Context, Retrying Strategy)>> enriched;
    private readonly Lazy<ImmutableArray<Statement>> statements;

    public ContextSettings(RetryContext context, bool? option)
    {
        (this.context, this.option) = (context, option);
        sites = new Lazy<ImmutableArray<ContextSite>>(() => Find().ToImmutableArray());
        enriched = new Lazy<ImmutableArray<(ITypeSymbol, Retrying)>>(() =>
            EnrichedContexts.In(context).Concat(context.Compilation.Carried.Of(FactKind.Enriched).Select(TypeOf).OfType<ITypeSymbol>().Select(t => (t, Retrying.Yes))).ToImmutableArray());
        statements = new Lazy<ImmutableArray<Statement>>(() =>
            Sites.Where(s => !s.IsForTools).Select(s => new Statement(s.Context, IsOfAll: s.Context is null, s.Strategy))
                .Concat(PerhapsEnriched.Select(t => new Statement(t, IsOfAll: false, Retrying.Unknown))).Concat(Carried()).ToImmutableArray());
    }

    /// <summary>Those in source.</summary>
    public ImmutableArray<ContextSite> Sites => sites.Value;

    /// <summary>The contexts to whose registration somewhere else retries are added.</summary>
    public IEnumerable<ITypeSymbol> Enriched => enriched.Value.Where(e => e.Strategy == Retrying.Yes).Select(e => e.Context);

    /// <summary>Those whose settings cannot be read here.</summary>
    public IEnumerable<ITypeSymbol> PerhapsEnriched => enriched.Value.Where(e => e.Strategy == Retrying.Unknown).Select(e => e.Context);

    /// <summary>True: it retries. False: it does not, by what is in sight. Null: nothing in sight says so, or it says both.</summary>
    public bool? Retries(ITypeSymbol? type)
    {
        if (option is { } said)
        {
            return said;
        }

        if (Enriched.Any(t => type is null || IsSameOrRelated(t, type)))
        {
            return true;
        }

        var fitting = statements.Value.Where(s => s.IsOfAll || type is null || (s.Context is not null && IsSameOrRelated(s.Context, type))).ToList();
        if (type is not null && fitting.Any(s => SymbolEqualityComparer.Default.Equals(s.Context, type)))
        {
            fitting.RemoveAll(s => s.IsOfAll);
        }

        return fitting.Count == 0 || fitting.Any(s => s.Strategy != fitting[0].Strategy) || fitting[0].Strategy == Retrying.Unknown
            ? null
            : fitting[0].Strategy == Retrying.Yes;
    }

    /// <summary>Aspire adds its retries to a context that is registered elsewhere, or may do so.</summary>
    public bool IsEnriched(ContextSite site) => Enriched.Concat(PerhapsEnriched).Any(t => site.Context is null || IsSameOrRelated(t, site.Context));

    /// <summary>What the sites of referenced projects say; nothing in a project of tests, as of those in source.</summary>
    private IEnumerable<Statement> Carried() => context.IsTestProject
        ? Enumerable.Empty<Statement>()
        : from strategy in new[] { Retrying.Unknown, Retrying.No, Retrying.Yes }
          from subject in context.Compilation.Carried.Of(ProjectFacts.KindOf(strategy))
          select new Statement(TypeOf(subject), IsOfAll: subject == ProjectFact.Any, strategy);

    private ITypeSymbol? TypeOf(string id) => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, context.Compilation.Compilation) as ITypeSymbol;

    private static bool IsSameOrRelated(ITypeSymbol a, ITypeSymbol b) => Derives(a, b) || Derives(b, a);

    private static bool Derives(ITypeSymbol type, ITypeSymbol from)
    {
        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, from))
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<ContextSite> Find()
    {
        foreach (var name in new[] { "UseNpgsql", "AddNpgsql" })
        {
            foreach (var use in context.Uses.Of(name, CancellationToken.None))
            {
                if (NameUses.CallOf(use) is InvocationExpressionSyntax call && Site(call) is { } site)
                {
                    yield return site;
                }
            }
        }

        foreach (var name in new[] { "AddNpgsqlDbContext", "AddAzureNpgsqlDbContext" })
        {
            foreach (var use in context.Uses.Of(name, CancellationToken.None))
            {
                if (NameUses.CallOf(use) is InvocationExpressionSyntax call && context.Model(call).GetSymbolInfo(call).Symbol is IMethodSymbol method)
                {
                    // Aspire's registration retries unless its settings say otherwise, and those may be in a file.
                    yield return new ContextSite(call, TypeArgument(method), Retrying.Unknown, false);
                }
            }
        }
    }

    /// <summary>What a call says; null where it is another library's member of that name, or puts the context on a connection of somebody else.</summary>
    public ContextSite? Site(InvocationExpressionSyntax call)
    {
        var model = context.Model(call);
        if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method || !IsProvider(method) || BorrowedConnection.IsGiven(call, method, model))
        {
            return null;
        }

        var strategy = StrategyOptions.Read(call, method, context);
        return new ContextSite(call, ContextOf(call, method, model), strategy, IsForTools(call, model));
    }

    private static bool IsProvider(IMethodSymbol method) =>
        method.ContainingType is { DeclaringSyntaxReferences.IsEmpty: true } type && type.ContainingAssembly?.Name == "Npgsql.EntityFrameworkCore.PostgreSQL";

    private static INamedTypeSymbol? TypeArgument(IMethodSymbol method) =>
        method.TypeArguments.OfType<INamedTypeSymbol>().LastOrDefault(t => KnownTypes.IsDbContext(t) && !KnownTypes.Is(t, "Microsoft.EntityFrameworkCore", "DbContext"));

    private static INamedTypeSymbol? ContextOf(InvocationExpressionSyntax call, IMethodSymbol method, SemanticModel model)
    {
        if (TypeArgument(method) is { } own)
        {
            return own;
        }

        if (RetryContext.ReceiverOf(call) is { } receiver && model.GetTypeInfo(receiver).Type is INamedTypeSymbol { TypeArguments: { Length: 1 } options }
            && options[0] is INamedTypeSymbol typed && KnownTypes.IsDbContext(typed))
        {
            return typed;
        }

        foreach (var ancestor in call.Ancestors())
        {
            switch (ancestor)
            {
                case AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax outer } }
                    when model.GetSymbolInfo(outer).Symbol is IMethodSymbol registration && TypeArgument(registration) is { } registered:
                    return registered;
                case MethodDeclarationSyntax { Identifier.ValueText: "OnConfiguring" } configuring when model.GetDeclaredSymbol(configuring) is { ContainingType: { } type } && KnownTypes.IsDbContext(type):
                    return type;
                case MemberDeclarationSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>
    /// A design-time factory runs for <c>dotnet ef</c> on a developer's machine; a project with a test framework is no service that anybody restarts a
    /// database under; a context that is made to migrate is run again with the program, and what a migration does may be done already.
    /// </summary>
    public bool IsForTools(SyntaxNode call, SemanticModel model) => context.IsTestProject || ToolCode.IsDesignTime(call, model, default) || IsForMigrations(call, model);

    /// <summary>Options that a body makes for itself, and that migrates in the same body.</summary>
    private static bool IsForMigrations(SyntaxNode call, SemanticModel model) =>
        call.Ancestors().FirstOrDefault(a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax) is { } body and not AnonymousFunctionExpressionSyntax
        && body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(i => i.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Migrate" or "MigrateAsync" }
            && model.GetSymbolInfo(i).Symbol is { } migrate && KnownTypes.IsEfCore(migrate));

    /// <summary>What one place says, here or in a referenced project.</summary>
    /// <param name="Context">The context's type; null where the place serves any, or where the type is not in sight.</param>
    private sealed record Statement(ITypeSymbol? Context, bool IsOfAll, Retrying Strategy);
}
