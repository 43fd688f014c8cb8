using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>What a called method may do, as far as it matters for the order of statements.</summary>
[Flags]
internal enum Reach
{
    Nothing = 0,

    /// <summary>It may run a command.</summary>
    Database = 1,

    /// <summary>It may change what an EF Core context tracks: values of objects that the caller holds as well.</summary>
    Tracked = 16,

    /// <summary>It may load objects into an EF Core context, and so fill the navigations of others.</summary>
    Loaded = 32,

    /// <summary>It does something that is seen outside, so it keeps its place among others that do.</summary>
    Effect = 2,

    /// <summary>It changes a field or a property.</summary>
    State = 4,

    /// <summary>Its body is not in sight.</summary>
    Unknown = 8,

    /// <summary>It throws on purpose, as a check does: what comes behind it counts on its having passed.</summary>
    Checks = 64,

    /// <summary>It changes what the object that it is called on holds, which others may hold as well.</summary>
    OwnState = 128,

    /// <summary>It writes to the console: alone a line of a log, in front of a question the question.</summary>
    Prints = 256,

    /// <summary>It waits for somebody at the console.</summary>
    Asks = 512,
}

/// <summary>
/// Follows calls within the compilation, down to what the libraries do. Not the analyzers' own effects: those answer whether a call
/// certainly reaches a sink, while a fix needs to know what a call certainly does not do.
/// </summary>
internal sealed class CallReach(Compilation compilation, CancellationToken cancellationToken)
{
    /// <summary>A chain longer than this counts as unknown.</summary>
    private const int MaxDepth = 8;

    /// <summary>An interface with more implementations than this counts as unknown.</summary>
    private const int MaxImplementations = 8;

    private static readonly string[] WithoutEffect =
    [
        "Microsoft.Extensions.Logging", "System.Collections", "System.Diagnostics.CodeAnalysis", "System.Globalization", "System.Linq", "System.Numerics",
        "System.Runtime", "System.Text", "System.Threading.Tasks", "System.ComponentModel.DataAnnotations",
    ];

    private static readonly string[] Dispatchers = ["MediatR", "Mediator", "Wolverine", "MassTransit.Mediator"];

    private readonly Dictionary<IMethodSymbol, Reach> _known = new(SymbolEqualityComparer.Default);
    private List<INamedTypeSymbol>? _types;

    public Reach Of(IInvocationOperation call) =>
        call.TargetMethod.MethodKind == MethodKind.DelegateInvoke ? Reach.Effect | Reach.Unknown
        : Of(call.TargetMethod, 0)
            | (DataLibrary.IsDataType(call.Instance?.Type) || call.Arguments.Any(argument => DataLibrary.IsDataType(Unconverted(argument.Value).Type)) ? Reach.Database : Reach.Nothing);

    private static IOperation Unconverted(IOperation operation) => operation is IConversionOperation { IsImplicit: true } conversion ? conversion.Operand : operation;

    private Reach Of(IMethodSymbol method, int depth)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (_known.TryGetValue(method, out var known))
        {
            return known;
        }

        // A method that is met again on its own chain adds nothing to it.
        _known[method] = Reach.Nothing;
        var reach = depth > MaxDepth ? Reach.Unknown | Reach.Effect : Compute(method, depth);
        _known[method] = reach;
        return reach;
    }

    private Reach Compute(IMethodSymbol method, int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (DataLibrary.IsInLibrary(method) || (DataLibrary.IsDataType(method.ContainingType) && !IsInSource(method)))
        {
            return Reach.Database | OnContext(method) | (DataLibrary.IsForeign(method.ContainingType) ? Reach.Effect : Reach.Nothing);
        }

        if (!IsInSource(method))
        {
            return IsCheck(method) ? Reach.Checks : IsConsole(method) ? OnConsole(method) : IsHarmless(method) ? Reach.Nothing : IsDispatch(method) ? Reach.Unknown | Reach.Effect : Reach.Effect;
        }

        var reach = Reach.Nothing;
        if (method.IsAbstract || method.IsVirtual || method.IsOverride || method.ContainingType.TypeKind == TypeKind.Interface)
        {
            var implementations = Implementations(method);
            if (implementations.Count is 0 or > MaxImplementations && (method.IsAbstract || implementations.Count > 0))
            {
                return Reach.Unknown | Reach.Effect;
            }

            reach = implementations.Aggregate(reach, (sum, implementation) => sum | Of(implementation, depth + 1));
        }

        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            reach |= OfBody(reference.GetSyntax(cancellationToken), depth);
        }

        return reach;
    }

    private Reach OfBody(SyntaxNode declaration, int depth)
    {
        var body = declaration switch
        {
            BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody?.Expression,
            LocalFunctionStatementSyntax local => (SyntaxNode?)local.Body ?? local.ExpressionBody?.Expression,
            AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody?.Expression,
            _ => null,
        };
        if (body is null)
        {
            return Reach.Nothing;
        }

        return compilation.GetSemanticModel(body.SyntaxTree).GetOperation(body, cancellationToken) is { } operation
            ? OfOperations(operation.DescendantsAndSelf(), depth)
            : Reach.Unknown | Reach.Effect;
    }

    private Reach OfOperations(IEnumerable<IOperation> operations, int depth)
    {
        var reach = Reach.Nothing;
        foreach (var operation in operations)
        {
            reach |= operation switch
            {
                IInvocationOperation { TargetMethod.MethodKind: MethodKind.DelegateInvoke } => Reach.Effect | Reach.Unknown,
                IInvocationOperation call => Of(call.TargetMethod, depth + 1) | (DataLibrary.IsDataType(call.Instance?.Type) ? Reach.Database : Reach.Nothing),
                IMemberReferenceOperation or IParameterReferenceOperation or IObjectCreationOperation when DataLibrary.IsDataType(operation.Type) => Reach.Database,
                IAssignmentOperation { Target: IMemberReferenceOperation target } => Reach.State | OfTarget(target),
                IIncrementOrDecrementOperation { Target: IMemberReferenceOperation target } => Reach.State | OfTarget(target),
                IThrowOperation { Exception: not null } => Reach.Checks,
                IDynamicInvocationOperation => Reach.Unknown | Reach.Effect,
                _ => Reach.Nothing,
            };
        }

        return reach;
    }

    /// <summary>A field or property of its own, or of what it holds. A session that it keeps is database work, and asked for as such.</summary>
    private static Reach OfTarget(IMemberReferenceOperation target) =>
        !DataLibrary.IsDataType(target.Type) && (target.Instance is null or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } || ObjectUses.IsShared(target.Instance)) ? Reach.OwnState : Reach.Nothing;

    private bool IsInSource(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences.Any(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree));

    private List<IMethodSymbol> Implementations(IMethodSymbol method)
    {
        var found = new List<IMethodSymbol>();
        foreach (var type in _types ??= AllTypes(compilation.Assembly.GlobalNamespace).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var implementation = method.ContainingType.TypeKind == TypeKind.Interface
                ? Implementation(type, method)
                : type.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(member => Overrides(member, method));
            if (implementation is not null)
            {
                found.Add(implementation);
            }
        }

        return found;
    }

    private static IMethodSymbol? Implementation(INamedTypeSymbol type, IMethodSymbol method)
    {
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct))
        {
            return null;
        }

        var face = type.AllInterfaces.FirstOrDefault(face => SymbolEqualityComparer.Default.Equals(face.OriginalDefinition, method.ContainingType.OriginalDefinition));
        var member = face?.GetMembers(method.Name).FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method));
        return member is null ? null : type.FindImplementationForInterfaceMember(member) as IMethodSymbol;
    }

    private static bool Overrides(IMethodSymbol member, IMethodSymbol method)
    {
        for (var current = member.OverriddenMethod; current is not null; current = current.OverriddenMethod)
        {
            if (SymbolEqualityComparer.Default.Equals(current.OriginalDefinition, method))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<INamedTypeSymbol> AllTypes(INamespaceOrTypeSymbol container)
    {
        foreach (var member in container.GetMembers().OfType<INamespaceOrTypeSymbol>())
        {
            if (member is INamedTypeSymbol type)
            {
                yield return type;
            }

            foreach (var inner in AllTypes(member))
            {
                yield return inner;
            }
        }
    }

    /// <summary>What a local function does that is called where it stands.</summary>
    public Reach OfLocalFunction(IMethodSymbol function) => Of(function, 0);

    /// <summary>Runs the project's own code, which may share the connection; or lies in another project, whose code is not in sight here.</summary>
    private static bool IsDispatch(IMethodSymbol method) => method.ContainingAssembly is ISourceAssemblySymbol || DataLibrary.IsIn(method, Dispatchers);

    /// <summary><c>ArgumentNullException.ThrowIfNull</c> and its kin. A cancellation is no check: it may come anywhere.</summary>
    private static bool IsCheck(IMethodSymbol method) =>
        method.Name.StartsWith("ThrowIf", StringComparison.Ordinal) && method.ContainingType.Name != "CancellationToken";

    private static Reach OnContext(IMethodSymbol method) =>
        method.Name is "Find" or "FindAsync" || method.ContainingType.Name is "EntityFrameworkQueryableExtensions" ? Reach.Loaded
        : DataLibrary.IsContextType(method.ContainingType) ? Reach.Tracked
        : Reach.Nothing;

    private static bool IsConsole(IMethodSymbol method) => method.ContainingType is { Name: "Console", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    private static Reach OnConsole(IMethodSymbol method) =>
        method.Name.StartsWith("Write", StringComparison.Ordinal) ? Reach.Prints
        : method.Name.StartsWith("Read", StringComparison.Ordinal) ? Reach.Effect | Reach.Asks
        : Reach.Effect;

    /// <summary>Framework code that only computes, or only logs.</summary>
    private static bool IsHarmless(IMethodSymbol method)
    {
        var space = method.ContainingNamespace?.ToDisplayString();
        return space switch
        {
            "System" => method.ContainingType.Name is not ("IDisposable" or "IAsyncDisposable" or "IProgress" or "Progress") && !(method.ContainingType.Name is "Environment" or "AppContext" or "AppDomain" && method.Name.StartsWith("Set", StringComparison.Ordinal)),
            "System.Threading" => method.ContainingType.Name is "CancellationToken" or "Interlocked" or "Volatile",
            "System.Threading.Tasks" => method.ContainingType.Name != "TaskCompletionSource" && method.Name is not ("Delay" or "Run" or "Yield" or "Wait" or "WaitAll" or "WaitAny" or "StartNew" or "ForEachAsync" or "ForEach" or "For"),
            _ => DataLibrary.IsIn(method, WithoutEffect),
        };
    }
}
