using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// What a call such as <c>repository.FindAsync(id)</c> means, from declarations alone: the field, property or parameter says its type, and the type has one method of
/// the name. To ask the semantic model would bind the whole body, and look at every null in it. Where anything is in doubt, the answer is null and the
/// model has to be asked.
/// </summary>
internal sealed class DeclaredTypes
{
    /// <summary>Locals whose type is that of a call whose receiver is a local, and so on.</summary>
    private const int MaxSteps = 3;

    private readonly IMethodSymbol enclosing;
    private readonly SyntaxNode body;
    private Dictionary<string, SyntaxNode?>? declared;

    /// <param name="enclosing">The method in whose text the calls stand.</param>
    /// <param name="body">That text.</param>
    public DeclaredTypes(IMethodSymbol enclosing, SyntaxNode body) => (this.enclosing, this.body) = (enclosing, body);

    public (IMethodSymbol Method, ITypeSymbol? Receiver)? Resolve(InvocationExpressionSyntax call) =>
        enclosing.ContainingType is { } type && !call.ArgumentList.Arguments.Any(a => a.NameColon is not null) ? Resolve(call, type, MaxSteps) : null;

    /// <summary>A parameter, a local, a parameter of a lambda or a local function of the body goes by this name.</summary>
    public bool IsLocal(string name) => Declared.ContainsKey(name) || enclosing.Parameters.Any(p => p.Name == name);

    private (IMethodSymbol Method, ITypeSymbol? Receiver)? Resolve(InvocationExpressionSyntax call, INamedTypeSymbol type, int steps)
    {
        switch (call.Expression)
        {
            case IdentifierNameSyntax name when !IsLocal(name.Identifier.ValueText):
                // A using static, an outer class or an extension has it, if the type has not.
                return Only(Members(type, name.Identifier.ValueText), call) is { } own && !(own.IsExtensionMethod) ? (own, null) : null;
            case MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression, Name: var member, Expression: var receiver } when TypeOf(receiver, type, steps) is { } its:
                return Only(Members(its, member.Identifier.ValueText), call) is { IsStatic: false } method ? (method, its) : null;
            default:
                return null;
        }
    }

    private ITypeSymbol? TypeOf(ExpressionSyntax receiver, INamedTypeSymbol type, int steps)
    {
        switch (receiver)
        {
            case ThisExpressionSyntax:
                return type;
            case MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: IdentifierNameSyntax member }:
                return Storage(type, member.Identifier.ValueText);
            case IdentifierNameSyntax name when Declared.TryGetValue(name.Identifier.ValueText, out var declaration):
                return declaration is VariableDeclaratorSyntax local && steps > 0 ? TypeOf(local, type, steps - 1) : null;
            case IdentifierNameSyntax name:
                return enclosing.Parameters.FirstOrDefault(p => p.Name == name.Identifier.ValueText)?.Type ?? Storage(type, name.Identifier.ValueText);
            default:
                return null;
        }
    }

    /// <summary>`var command = source.CreateCommand(…)`, `await using var connection = await source.OpenConnectionAsync(ct)`: what the call returns.</summary>
    private ITypeSymbol? TypeOf(VariableDeclaratorSyntax local, INamedTypeSymbol type, int steps)
    {
        if (local is not { Initializer.Value: { } value, Parent: VariableDeclarationSyntax { Type.IsVar: true } })
        {
            return null;
        }

        var isAwaited = value is AwaitExpressionSyntax;
        value = value is AwaitExpressionSyntax awaited ? awaited.Expression : value;
        if (value is not InvocationExpressionSyntax call || Resolve(call, type, steps) is not { Method: { Arity: 0 } method })
        {
            return null;
        }

        return !isAwaited ? method.ReturnType
            : method.ReturnType is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: { Length: 1 } results } ? results[0]
            : null;
    }

    /// <summary>The type of the field, property or primary-constructor parameter; null: there is none of the name, or there are several.</summary>
    private static ITypeSymbol? Storage(INamedTypeSymbol type, string name)
    {
        ITypeSymbol? found = null;
        foreach (var member in Members(type, name))
        {
            var its = member switch
            {
                IFieldSymbol field => field.Type,
                IPropertySymbol { IsIndexer: false } property => property.Type,
                _ => null,
            };
            if (its is null || found is not null)
            {
                return null;
            }

            found = its;
        }

        var parameter = Primary(type)?.Parameters.FirstOrDefault(p => p.Name == name)?.Type;

        // `Color Color`: a name may stand for its type as well, and a static member be meant.
        if ((found ?? parameter) is not { } declared || (found is not null && parameter is not null) || declared.Name == name || declared.TypeKind is TypeKind.Error or TypeKind.Dynamic)
        {
            return null;
        }

        return declared;
    }

    private static IMethodSymbol? Primary(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(c => c.DeclaringSyntaxReferences.Length == 1 && c.DeclaringSyntaxReferences[0].GetSyntax() is TypeDeclarationSyntax);

    /// <summary>Members of this name, of the type first and then of what it derives from.</summary>
    private static IEnumerable<ISymbol> Members(ITypeSymbol type, string name)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Length == 1 ? Members(parameter.ConstraintTypes[0], name) : Enumerable.Empty<ISymbol>();
        }

        var all = new List<ISymbol>();
        for (var t = type; t is not null; t = t.BaseType)
        {
            all.AddRange(t.GetMembers(name));
        }

        if (type.TypeKind == TypeKind.Interface)
        {
            all.AddRange(type.AllInterfaces.SelectMany(i => i.GetMembers(name)));
        }

        return all;
    }

    /// <summary>The only method of the name that takes so many arguments, where there is no other member of the name.</summary>
    private static IMethodSymbol? Only(IEnumerable<ISymbol> members, InvocationExpressionSyntax call)
    {
        var count = call.ArgumentList.Arguments.Count;
        var arity = call.Expression switch
        {
            GenericNameSyntax generic => generic.Arity,
            MemberAccessExpressionSyntax { Name: GenericNameSyntax generic } => generic.Arity,
            _ => -1,
        };
        IMethodSymbol? only = null;
        foreach (var member in members)
        {
            if (member is not IMethodSymbol { MethodKind: MethodKind.Ordinary } method)
            {
                return null;
            }

            var isParams = method.Parameters.Length > 0 && method.Parameters[method.Parameters.Length - 1].IsParams;
            if ((count > method.Parameters.Length && !isParams) || count < method.Parameters.Count(p => !p.IsOptional && !p.IsParams) || (arity >= 0 && method.Arity != arity))
            {
                continue;
            }

            // A base type's method of the same parameters is hidden, or overridden.
            if (only is not null && only.Parameters.Select(p => p.Type).SequenceEqual(method.Parameters.Select(p => p.Type), SymbolEqualityComparer.Default))
            {
                continue;
            }

            if (only is not null)
            {
                return null;
            }

            only = method;
        }

        return only;
    }

    /// <summary>What the body itself declares; null: the name is declared more than once.</summary>
    private Dictionary<string, SyntaxNode?> Declared
    {
        get
        {
            if (declared is null)
            {
                declared = new Dictionary<string, SyntaxNode?>(System.StringComparer.Ordinal);
                foreach (var node in body.DescendantNodes())
                {
                    if (NameOf(node) is { } name)
                    {
                        declared[name] = declared.ContainsKey(name) ? null : node;
                    }
                }
            }

            return declared;
        }
    }

    private static string? NameOf(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        SingleVariableDesignationSyntax designation => designation.Identifier.ValueText,
        ParameterSyntax { Parent.Parent: not BaseMethodDeclarationSyntax } parameter => parameter.Identifier.ValueText,
        ForEachStatementSyntax loop => loop.Identifier.ValueText,
        CatchDeclarationSyntax caught => caught.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        FromClauseSyntax from => from.Identifier.ValueText,
        LetClauseSyntax let => let.Identifier.ValueText,
        JoinClauseSyntax join => join.Identifier.ValueText,
        JoinIntoClauseSyntax into => into.Identifier.ValueText,
        QueryContinuationSyntax continuation => continuation.Identifier.ValueText,
        _ => null,
    };
}
