using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What a unit calls works on a session that an object holds, and that was not opened for this attempt: a unit of work's connection and transaction. Once it is lost, the transaction is gone with what was done in it
/// before; Dapper opens the closed connection anew, and the statement that is tried again commits by itself. By symbols: fields, properties and primary-constructor parameters of session types.
/// </summary>
/// <param name="context">The compilation's.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class HeldSession(RetryContext context, CancellationToken cancellationToken)
{
    /// <summary>Where a container makes its objects for this attempt alone.</summary>
    private static readonly string[] Scopes = ["CreateScope", "CreateAsyncScope"];

    public bool IsUsedBy(RetryUnit unit, SyntaxNode root)
    {
        var bodies = Repeatable.Bodies(root, unit.Span, context, cancellationToken).Take(Repeatable.MaxBodies).ToList();
        var calls = bodies.SelectMany(nodes => nodes).OfType<InvocationExpressionSyntax>().ToList();
        if (calls.Any(call => CalledName.Of(call) is { } name && Scopes.Contains(name)))
        {
            return false;
        }

        // `unit.Orders.SaveAsync(…)`: the property begins, once for all statements.
        if (bodies[0].OfType<SimpleNameSyntax>().Any(BeginsWhereItIsRead))
        {
            return true;
        }

        var made = bodies.SelectMany(nodes => nodes).OfType<BaseObjectCreationExpressionSyntax>().Select(creation => context.Model(creation).GetTypeInfo(creation, cancellationToken).Type).OfType<ITypeSymbol>().ToList();
        var commitsLater = new System.Lazy<bool>(() => IsCommittedBehind(unit, root));
        return bodies.Skip(1).Any(nodes => nodes.OfType<IdentifierNameSyntax>().Any(name => Held(name) is { } held && !IsMade(held.Owner, made) && IsLost(name, held, nodes, commitsLater)));
    }

    /// <summary>Made in the unit, or by an object that is: each attempt has its own.</summary>
    private bool IsMade(INamedTypeSymbol owner, IReadOnlyCollection<ITypeSymbol> made) => made.Any(type => IsOrHas(type, owner))
        || MakersOf(owner).Any(maker => context.Model(maker).GetDeclaredSymbol(maker, cancellationToken) is { } type && made.Any(one => IsOrHas(one, type)));

    /// <summary>The classes in which objects of a class are made.</summary>
    private IEnumerable<TypeDeclarationSyntax> MakersOf(INamedTypeSymbol owner) => context.Uses.Of(owner.Name, cancellationToken)
        .Select(use => use.FirstAncestorOrSelf<ObjectCreationExpressionSyntax>()).OfType<ObjectCreationExpressionSyntax>()
        .Where(creation => IsOrHas(context.Model(creation).GetTypeInfo(creation, cancellationToken).Type, owner))
        .Select(creation => creation.FirstAncestorOrSelf<TypeDeclarationSyntax>()).OfType<TypeDeclarationSyntax>();

    /// <summary>The member, its type, and the class of the object that holds it; null for what is none, or a context's, of which the strategy knows.</summary>
    private (ISymbol Member, ITypeSymbol Type, INamedTypeSymbol Owner)? Held(IdentifierNameSyntax name)
    {
        var symbol = context.Model(name).GetSymbolInfo(name, cancellationToken).Symbol;
        var type = symbol switch
        {
            IFieldSymbol { IsStatic: false } field => field.Type,
            IPropertySymbol { IsStatic: false } property => property.Type,
            IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } given => given.Type,
            _ => null,
        };

        // A transaction that is begun at first use.
        type = type is INamedTypeSymbol { Name: "Lazy", TypeArguments: { Length: 1 } kept } ? kept[0] : type;
        return type is not null && SessionTypes.Is(type) && !DataLibrary.IsContextType(type) && !symbol!.DeclaringSyntaxReferences.IsEmpty && symbol.ContainingType is { } owner
            && !name.Ancestors().Any(around => around is ConstructorDeclarationSyntax) ? (symbol, type, owner) : null;
    }

    private bool IsLost(IdentifierNameSyntax name, (ISymbol Member, ITypeSymbol Type, INamedTypeSymbol Owner) held, IReadOnlyList<SyntaxNode> nodes, System.Lazy<bool> commitsLater)
    {
        // Given or opened anew in the body that uses it.
        if (nodes.Any(node => node is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } given ? Names(given.Left, held.Member)
                : node is InvocationExpressionSyntax call && context.FactOf(call, out _, cancellationToken).Role == ApiRole.Open && RetryContext.ReceiverOf(call) is { } opened && Names(opened, held.Member)))
        {
            return false;
        }

        if (context.Compilation.Shapes.Of(held.Type) == Shape.Transaction)
        {
            return true;
        }

        // A command on a connection that nobody opens again.
        var call = name.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax invoked } access && access.Expression == name ? context.Model(invoked).GetSymbolInfo(invoked, cancellationToken).Symbol as IMethodSymbol : null;
        var isDapper = call is { ContainingNamespace.Name: "Dapper" };
        return (!isDapper && IsRunOn(name)) || commitsLater.Value || MayBegin(held);
    }

    /// <summary><c>connection.CreateCommand()</c>, <c>new NpgsqlCommand(text, connection)</c>, <c>connection.BeginTransaction()</c>.</summary>
    private bool IsRunOn(IdentifierNameSyntax name) => name.Ancestors().TakeWhile(around => around is not StatementSyntax).OfType<ExpressionSyntax>()
        .Any(around => around is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax && context.FactOf(around, out _, cancellationToken).Role is ApiRole.NewCommand or ApiRole.Begin or ApiRole.Copy);

    /// <summary>The class keeps a transaction that it begins on the connection, or is made by one that begins.</summary>
    private bool MayBegin((ISymbol Member, ITypeSymbol Type, INamedTypeSymbol Owner) held) =>
        held.Owner.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).Concat(MakersOf(held.Owner)).SelectMany(Begins).Any(begin => !IsLocal(begin));

    private IEnumerable<InvocationExpressionSyntax> Begins(SyntaxNode node) => node.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(call => CalledName.Of(call) is { } name && name.StartsWith("Begin", System.StringComparison.Ordinal) && context.FactOf(call, out _, cancellationToken).Role == ApiRole.Begin);

    /// <summary>Its transaction ends where it begins.</summary>
    private static bool IsLocal(InvocationExpressionSyntax begin) => begin.FirstAncestorOrSelf<StatementSyntax>() is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax;

    /// <summary>The entry point ends a transaction beside the unit that it has not begun there.</summary>
    private bool IsCommittedBehind(RetryUnit unit, SyntaxNode root) => unit.Function.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => !unit.Span.IntersectsWith(call.Span))
        .Any(call => Repeatable.Bodies(root, call.Span, context, cancellationToken).Take(Repeatable.MaxBodies).Any(nodes =>
        {
            var roles = nodes.OfType<InvocationExpressionSyntax>().Select(inner => context.FactOf(inner, out _, cancellationToken).Role).ToList();
            return roles.Contains(ApiRole.Commit) && !roles.Contains(ApiRole.Begin);
        }));

    private bool BeginsWhereItIsRead(SimpleNameSyntax name) => context.Model(name).GetSymbolInfo(name, cancellationToken).Symbol is IPropertySymbol { GetMethod: { } getter }
        && getter.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).Any(body => Repeatable.Bodies(body.SyntaxTree.GetRoot(cancellationToken), body.Span, context, cancellationToken)
            .Take(Repeatable.MaxBodies).Any(nodes => nodes.OfType<InvocationExpressionSyntax>().Any(call => context.FactOf(call, out _, cancellationToken).Role == ApiRole.Begin)));

    private bool Names(ExpressionSyntax expression, ISymbol member) => SymbolEqualityComparer.Default.Equals(context.Model(expression).GetSymbolInfo(expression, cancellationToken).Symbol, member);

    private static bool IsOrHas(ITypeSymbol? type, ITypeSymbol owner) => type is INamedTypeSymbol named
        && Targets.BasesOf(named).Concat(named.AllInterfaces).Any(one => SymbolEqualityComparer.Default.Equals(one.OriginalDefinition, owner.OriginalDefinition));
}
