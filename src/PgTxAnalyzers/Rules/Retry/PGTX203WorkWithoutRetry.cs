using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX203: somebody outside of the program starts work with the database, and nobody on the way repeats it when the connection is lost. One finding per
/// entry point, at its first such call.
/// </summary>
internal sealed class PGTX203WorkWithoutRetry : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX203",
        "Database work has no retry for a lost connection",
        "A database restart (57P01, a broken socket) {0}: nothing repeats '{1}'",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Npgsql does not retry. A restart, a failover or a recycled pooler ends each pooled connection, and the command that meets it throws. Run the unit, from the opening of the connection on, in a retry scope with back-off and a bound.",
        RuleHelp.LinkFor("PGTX203"),
        RuleHelp.SeverityByPlace);

    /// <summary>Members of minimal APIs that take a handler.</summary>
    private static readonly string[] Endpoints = { "MapGet", "MapPost", "MapPut", "MapDelete", "MapPatch", "MapMethods", "Map", "MapFallback" };

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create(
        "BackgroundService", "IHostedService", "IHostedLifecycleService", "IConsumer", "IJobConsumer", "IHandleMessages", "IHandleTimeouts", "IWolverineHandler", "WolverineHandler", "IJob",
        "CapSubscribe", "Timer", "ControllerBase", "Controller", "PageModel", "Hub", "ServerCallContext", "Function", "FunctionName", "ILambdaContext", "Main",
        "MapGet", "MapPost", "MapPut", "MapDelete", "MapPatch", "MapMethods", "MapFallback");

    public override bool AsksPrograms => true;

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        if (file.Retry.IsTestProject)
        {
            yield break;
        }

        foreach (var (body, framework, method) in Entries(file))
        {
            if (file.Retry.Unprotected.In(body, method, file.Cancellation) is not { } work || (method is not null && QueueRetries.Cover(method, file.Retry, file.Cancellation)))
            {
                continue;
            }

            var severity = EntryPoints.IsUnattended(framework) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info;
            yield return Diagnostic.Create(
                Rule,
                work[0].Call!.GetLocation(),
                severity,
                work.Skip(1).Where(step => step.Call is not null).Select(step => step.Call!.GetLocation()),
                ImmutableDictionary<string, string?>.Empty.Add("pgtx.direct", work.Length == 1 ? "true" : "false"),
                RetryText.Harm(work, framework, file) + EntryPoints.Phrase(framework),
                string.Join(" → ", work.SelectMany(step => step.Names)));
        }
    }

    private static IEnumerable<(SyntaxNode Body, EntryFramework Framework, IMethodSymbol? Method)> Entries(RetryFile file)
    {
        foreach (var type in file.Root.DescendantNodes(n => n is not (BlockSyntax or ExpressionSyntax)).OfType<TypeDeclarationSyntax>())
        {
            foreach (var declaration in type.Members.OfType<MethodDeclarationSyntax>())
            {
                if (!CanBeEntry(declaration, type) || !file.Retry.Unprotected.MayBeIn(declaration) || file.Model.GetDeclaredSymbol(declaration, file.Cancellation) is not { } method)
                {
                    continue;
                }

                var isMain = SymbolEqualityComparer.Default.Equals(method, file.Model.Compilation.GetEntryPoint(file.Cancellation));
                if ((isMain ? EntryFramework.Main : EntryPoints.FrameworkOf(method)) is var framework and not EntryFramework.None)
                {
                    yield return (declaration, framework, method);
                }
            }
        }

        if (file.Root is CompilationUnitSyntax unit && unit.Members.Any(m => m is GlobalStatementSyntax))
        {
            yield return (unit, EntryFramework.Main, null);
        }

        foreach (var (handler, framework) in Handlers(file))
        {
            yield return (handler, framework, null);
        }
    }

    /// <summary>By syntax alone, before anything is bound: a type without bases, attributes and a Main has no entry point.</summary>
    private static bool CanBeEntry(MethodDeclarationSyntax method, TypeDeclarationSyntax type) =>
        (method.Body is not null || method.ExpressionBody is not null)
        && (type.BaseList is not null || type.Modifiers.Any(m => m.ValueText == "partial") || method.AttributeLists.Count > 0 || method.Identifier.ValueText == "Main" || method.ParameterList.Parameters.Count > 1);

    /// <summary>Delegates that are handed to a timer or an endpoint: a lambda, or the body of a method group.</summary>
    private static IEnumerable<(SyntaxNode Body, EntryFramework Framework)> Handlers(RetryFile file)
    {
        if (!file.Retry.Unprotected.MayBeIn(file.Root.SyntaxTree))
        {
            yield break;
        }

        foreach (var call in file.Calls(Endpoints).OfType<InvocationExpressionSyntax>())
        {
            if (file.Model.GetSymbolInfo(call, file.Cancellation).Symbol is IMethodSymbol { ContainingType: { } owner } && owner.ContainingNamespace?.ToDisplayString() == "Microsoft.AspNetCore.Builder")
            {
                foreach (var handler in call.ArgumentList.Arguments.Select(a => file.Function(a.Expression)).OfType<SyntaxNode>())
                {
                    yield return (handler, EntryFramework.Controller);
                }
            }
        }

        foreach (var creation in file.Root.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>())
        {
            if (creation.ArgumentList is { Arguments.Count: > 0 } arguments && (creation is ImplicitObjectCreationExpressionSyntax || creation is ObjectCreationExpressionSyntax { Type: var type } && type.ToString().EndsWith("Timer", System.StringComparison.Ordinal))
                && file.Function(arguments.Arguments[0].Expression) is { } callback
                && KnownTypes.Is(file.Model.GetTypeInfo(creation, file.Cancellation).Type, "System.Threading", "Timer"))
            {
                yield return (callback, EntryFramework.HostedService);
            }
        }

        foreach (var name in file.Retry.Uses.Of(file.Model.SyntaxTree, "Elapsed", file.Cancellation))
        {
            if (name.Parent is MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } subscription }
                && KnownTypes.Is(file.Model.GetSymbolInfo(name, file.Cancellation).Symbol?.ContainingType, "System.Timers", "Timer") && file.Function(subscription.Right) is { } handler)
            {
                yield return (handler, EntryFramework.HostedService);
            }
        }
    }
}
