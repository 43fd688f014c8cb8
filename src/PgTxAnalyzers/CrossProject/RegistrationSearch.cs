using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.CrossProject;

/// <summary>A call that binds a service to its implementation.</summary>
/// <param name="Method">The documentation id of the method that it stands in; null: it stands in none that others can call.</param>
internal sealed record RegistrationSite(SyntaxNode At, INamedTypeSymbol Service, INamedTypeSymbol Implementation, string? Method);

/// <summary>
/// The registrations of a project with Microsoft.Extensions.DependencyInjection: by type arguments, by types, by a factory's result, or by a method of
/// the project's own (or of a reference) that does so.
/// </summary>
internal static class RegistrationSearch
{
    /// <summary>Methods that call methods that register.</summary>
    private const int MaxRounds = 4;

    /// <summary>The members that register.</summary>
    public static readonly ImmutableHashSet<string> Words = ImmutableHashSet.Create(
        "AddScoped", "AddSingleton", "AddTransient", "AddHttpClient", "AddTypedClient", "AddKeyedScoped", "AddKeyedSingleton", "AddKeyedTransient",
        "TryAddScoped", "TryAddSingleton", "TryAddTransient", "TryAddKeyedScoped", "TryAddKeyedSingleton", "TryAddKeyedTransient", "Scoped", "Singleton", "Transient");

    public static ImmutableArray<RegistrationSite> In(CompilationContext context, CancellationToken cancellation) => In(context, Enumerable.Empty<Registration>(), cancellation);

    /// <param name="foreign">What methods of references register.</param>
    public static ImmutableArray<RegistrationSite> In(CompilationContext context, IEnumerable<Registration> foreign, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<RegistrationSite>();
        var known = foreign.GroupBy(r => r.Method).ToDictionary(g => g.Key, g => g.Select(r => (Service: Type(context, r.Service), Implementation: Type(context, r.Implementation))).ToList());
        var names = Words.Union(known.Keys.Select(SimpleName));
        var seen = new HashSet<SyntaxNode>();
        for (var round = 0; round < MaxRounds; round++)
        {
            var before = found.Count;
            foreach (var tree in context.Compilation.SyntaxTrees)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(names))
                {
                    continue;
                }

                foreach (var call in tree.GetRoot(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
                {
                    if (CalledName.Of(call) is { } name && names.Contains(name) && !seen.Contains(call))
                    {
                        var model = context.Bodies.Model(tree);
                        if (model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method)
                        {
                            var pairs = Pairs(context, model, call, method, known, cancellation);
                            if (pairs.Count > 0 && seen.Add(call))
                            {
                                var site = (model.GetEnclosingSymbol(call.SpanStart, cancellation) as IMethodSymbol)?.GetDocumentationCommentId();
                                found.AddRange(pairs.Select(p => new RegistrationSite(call, p.Service, p.Implementation, site)));
                            }
                        }
                    }
                }
            }

            if (found.Count == before)
            {
                break;
            }

            foreach (var site in found.Skip(before).Where(s => s.Method is not null))
            {
                if (!known.TryGetValue(site.Method!, out var list))
                {
                    known[site.Method!] = list = new();
                }

                list.Add((site.Service, site.Implementation));
                names = names.Add(SimpleName(site.Method!));
            }
        }

        return found.ToImmutable();
    }

    private static List<(INamedTypeSymbol Service, INamedTypeSymbol Implementation)> Pairs(
        CompilationContext context, SemanticModel model, InvocationExpressionSyntax call, IMethodSymbol method, Dictionary<string, List<(INamedTypeSymbol? Service, INamedTypeSymbol? Implementation)>> known, CancellationToken cancellation)
    {
        var pairs = new List<(INamedTypeSymbol, INamedTypeSymbol)>();
        if (known.TryGetValue((method.ReducedFrom ?? method).OriginalDefinition.GetDocumentationCommentId() ?? "", out var registered))
        {
            pairs.AddRange(registered.Where(p => p is { Service: not null, Implementation: not null }).Select(p => (p.Service!, p.Implementation!)));
            return pairs;
        }

        if (!Words.Contains(method.Name) || !method.ContainingNamespace.ToDisplayString().StartsWith("Microsoft.Extensions.DependencyInjection", StringComparison.Ordinal))
        {
            return pairs;
        }

        var types = method.TypeArguments.OfType<INamedTypeSymbol>().ToList();
        var arguments = call.ArgumentList.Arguments.Select(a => a.Expression).ToList();
        if (types.Count == 0)
        {
            types = arguments.OfType<TypeOfExpressionSyntax>().Select(t => model.GetTypeInfo(t.Type, cancellation).Type).OfType<INamedTypeSymbol>().ToList();
        }

        // A factory's result says more than the type argument: AddScoped<IMailer>(services => new SmtpMailer(…)).
        var made = arguments.OfType<LambdaExpressionSyntax>().SelectMany(Results).Select(e => model.GetTypeInfo(e, cancellation).Type).OfType<INamedTypeSymbol>().ToList();
        foreach (var implementation in made.Count > 0 ? made : types.Skip(1).Take(1))
        {
            if (types.Count > 0 && implementation.TypeKind == TypeKind.Class)
            {
                pairs.Add((types[0].OriginalDefinition, implementation.OriginalDefinition));
            }
        }

        return pairs;
    }

    private static IEnumerable<ExpressionSyntax> Results(LambdaExpressionSyntax lambda) =>
        lambda.ExpressionBody is { } expression ? new[] { expression }
        : lambda.Block!.DescendantNodes(n => n is not AnonymousFunctionExpressionSyntax and not LocalFunctionStatementSyntax).OfType<ReturnStatementSyntax>().Select(r => r.Expression).OfType<ExpressionSyntax>();

    private static INamedTypeSymbol? Type(CompilationContext context, string id) => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, context.Compilation) as INamedTypeSymbol;

    /// <summary>The method's own name in <c>M:Namespace.Type.Method``1(…)</c>.</summary>
    public static string SimpleName(string id)
    {
        var open = id.IndexOf('(');
        var name = open < 0 ? id : id.Substring(0, open);
        name = name.Substring(name.LastIndexOf('.') + 1);
        return name.IndexOf('`') is var tick && tick < 0 ? name : name.Substring(0, tick);
    }
}
