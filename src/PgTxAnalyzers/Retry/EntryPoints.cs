using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Retry;

/// <summary>Who calls a method from outside of the program's own code.</summary>
internal enum EntryFramework : byte
{
    None,
    HostedService,
    MassTransit,
    Rebus,
    NServiceBus,
    Wolverine,
    Cap,
    Quartz,
    AzureFunctions,
    AwsLambda,
    Controller,
    RazorPage,
    Hub,
    Grpc,
    Main,
}

/// <summary>
/// Recognises entry points by what they override, implement or carry as an attribute. Delegates that are handed to a timer or to an endpoint
/// are found where they are handed over.
/// </summary>
internal static class EntryPoints
{
    public static EntryFramework FrameworkOf(IMethodSymbol method)
    {
        if (method.MethodKind is not (MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation) || method.ContainingType is not { } type)
        {
            return EntryFramework.None;
        }

        if (method.IsOverride && method.Name == "ExecuteAsync" && KnownTypes.DerivesFrom(type, "Microsoft.Extensions.Hosting", "BackgroundService"))
        {
            return EntryFramework.HostedService;
        }

        foreach (var i in type.AllInterfaces)
        {
            if (!i.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || Of(i) is not (var framework and not EntryFramework.None))
            {
                continue;
            }

            if (i.GetMembers().Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method)))
            {
                return framework;
            }
        }

        return OfAttribute(method) is var marked and not EntryFramework.None ? marked
            : method.DeclaredAccessibility == Accessibility.Public && !method.IsStatic ? OfWebType(method, type)
            : IsLambdaFunction(method) ? EntryFramework.AwsLambda
            : EntryFramework.None;
    }

    /// <summary>A failure there is nobody's to retry: no caller sees it. In the others somebody waits, and may ask again.</summary>
    public static bool IsUnattended(EntryFramework framework) =>
        framework is EntryFramework.HostedService or EntryFramework.MassTransit or EntryFramework.Rebus or EntryFramework.NServiceBus or EntryFramework.Wolverine
            or EntryFramework.Cap or EntryFramework.Quartz;

    /// <summary>As the subject of a sentence.</summary>
    public static string Phrase(EntryFramework framework) => framework switch
    {
        EntryFramework.HostedService => "this hosted service",
        EntryFramework.MassTransit => "this MassTransit consumer",
        EntryFramework.Rebus => "this Rebus handler",
        EntryFramework.NServiceBus => "this NServiceBus handler",
        EntryFramework.Wolverine => "this Wolverine handler",
        EntryFramework.Cap => "this CAP subscriber",
        EntryFramework.Quartz => "this Quartz job",
        EntryFramework.AzureFunctions => "this function",
        EntryFramework.AwsLambda => "this function",
        EntryFramework.Main => "this program",
        EntryFramework.Hub => "this hub method",
        EntryFramework.Grpc => "this gRPC service",
        _ => "this endpoint",
    };

    private static EntryFramework Of(INamedTypeSymbol i) => (i.ContainingNamespace?.ToDisplayString(), i.Name) switch
    {
        ("Microsoft.Extensions.Hosting", "IHostedService" or "IHostedLifecycleService") => EntryFramework.HostedService,
        ("MassTransit", "IConsumer" or "IJobConsumer") => EntryFramework.MassTransit,
        ("Rebus.Handlers", "IHandleMessages") => EntryFramework.Rebus,
        ("NServiceBus", "IHandleMessages" or "IHandleTimeouts") => EntryFramework.NServiceBus,
        ("Wolverine", "IWolverineHandler") => EntryFramework.Wolverine,
        ("Quartz", "IJob") => EntryFramework.Quartz,
        _ => EntryFramework.None,
    };

    private static EntryFramework OfAttribute(IMethodSymbol method)
    {
        foreach (var attribute in method.GetAttributes())
        {
            switch (attribute.AttributeClass?.ContainingNamespace?.ToDisplayString(), attribute.AttributeClass?.Name)
            {
                case ("DotNetCore.CAP", "CapSubscribeAttribute"):
                    return EntryFramework.Cap;
                case ("Wolverine.Attributes", "WolverineHandlerAttribute"):
                    return EntryFramework.Wolverine;
                case ("Microsoft.Azure.Functions.Worker", "FunctionAttribute") or ("Microsoft.Azure.WebJobs", "FunctionNameAttribute"):
                    return EntryFramework.AzureFunctions;
                case ("Amazon.Lambda.Annotations", "LambdaFunctionAttribute"):
                    return EntryFramework.AwsLambda;
            }
        }

        return EntryFramework.None;
    }

    private static EntryFramework OfWebType(IMethodSymbol method, INamedTypeSymbol type)
    {
        if (KnownTypes.DerivesFrom(type, "Microsoft.AspNetCore.Mvc", "ControllerBase"))
        {
            return method.GetAttributes().Any(a => a.AttributeClass?.Name == "NonActionAttribute") || method.IsOverride ? EntryFramework.None : EntryFramework.Controller;
        }

        if (KnownTypes.DerivesFrom(type, "Microsoft.AspNetCore.Mvc.RazorPages", "PageModel"))
        {
            return method.Name.StartsWith("On", System.StringComparison.Ordinal) && !method.IsOverride ? EntryFramework.RazorPage : EntryFramework.None;
        }

        if (KnownTypes.DerivesFrom(type, "Microsoft.AspNetCore.SignalR", "Hub"))
        {
            return EntryFramework.Hub;
        }

        // The generated base class of a service carries the attribute; it is in source, and its methods are overridden.
        for (var t = method.IsOverride ? type.BaseType : null; t is not null; t = t.BaseType)
        {
            if (t.GetAttributes().Any(a => a.AttributeClass?.Name == "BindServiceMethodAttribute"))
            {
                return EntryFramework.Grpc;
            }
        }

        return IsLambdaFunction(method) ? EntryFramework.AwsLambda : EntryFramework.None;
    }

    private static bool IsLambdaFunction(IMethodSymbol method) =>
        method.DeclaredAccessibility == Accessibility.Public && method.Parameters.Any(p => KnownTypes.Is(p.Type, "Amazon.Lambda.Core", "ILambdaContext"));
}
